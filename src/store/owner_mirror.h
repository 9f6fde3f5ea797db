// The owners in memory: sharded, so that all loops read at once. Internal to src/store.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "store/keyed_hash.h"
#include "store/ownership_store.h"

namespace lr::store {

/// Objects that may have an owner. One takes about 50 bytes of memory.
inline constexpr std::size_t kOwnedObjectsMax = 10'000'000;
/// An id that is longer is no id.
inline constexpr std::size_t kObjectIdBytes = 512;

class OwnerMirror {
 public:
  std::optional<OwnerRecord> find(std::string_view object, std::string_view id) const;
  /// kConflict when it has another owner, kInvalidArgument or kResourceExhausted over a bound.
  Result<> learn(std::string_view object, std::string_view id, const OwnerRecord& owner);
  void forget(std::string_view object, std::string_view id);
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct TakeHigh {
    std::size_t operator()(const Fingerprint& print) const { return print.high; }
  };
  /// Objects are known by fingerprint (see keyed_hash.h); owners are few and shared.
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<Fingerprint, const OwnerRecord*, TakeHigh> owners;
  };
  struct Order {
    bool operator()(const OwnerRecord& a, const OwnerRecord& b) const;
  };

  Fingerprint print(std::string_view object, std::string_view id) const;
  const OwnerRecord* intern(const OwnerRecord& owner);

  KeyedHash hash_;
  std::array<Shard, 64> shards_;
  std::atomic<std::size_t> size_ = 0;
  std::mutex known_mutex_;
  std::set<OwnerRecord, Order> known_;  ///< Never shrinks: as many as there are users.
};

}  // namespace lr::store
