#include "store/rate_store.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>
#include <vector>

#include "store/keyed_hash.h"

namespace lr::store {
namespace {

constexpr std::size_t kShardsMost = 64;
constexpr std::size_t kFirstSlots = 16;

struct Slot {
  Fingerprint key;
  std::int64_t time = 0;
  bool used = false;
};

/// An open-addressing table under its own mutex. Keys are kept as fingerprints: 128 bits under a
/// secret key never collide in practice, and slots have one size whatever clients send.
class alignas(64) Shard {
 public:
  void set_capacity(std::size_t entries) { entries_max_ = entries; }

  void update(const Fingerprint& key, const std::function<std::int64_t(std::int64_t)>& step) {
    const std::lock_guard lock(mutex_);
    Slot* slot = find(slots_, key);
    const bool known = slot != nullptr && slot->used;
    const std::int64_t next = step(known ? slot->time : 0);
    if (next < 0) return;
    if (!known) {
      make_room();
      slot = find(slots_, key);
      slot->key = key;
      slot->used = true;
      ++entries_;
    }
    slot->time = next;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  /// The slot of `key`, or the free one where it would go; null without a table. At most three
  /// quarters of the slots are used, so the search ends.
  static Slot* find(std::vector<Slot>& slots, const Fingerprint& key) {
    if (slots.empty()) return nullptr;
    const std::size_t mask = slots.size() - 1;
    std::size_t at = key.high & mask;
    while (slots[at].used && slots[at].key != key) at = (at + 1) & mask;
    return &slots[at];
  }

  /// Leaves a free slot for one more entry.
  void make_room() {
    if (entries_ >= entries_max_) {
      forget_an_eighth();
    } else if ((entries_ + 1) * 4 > slots_.size() * 3) {
      rebuild(std::max(kFirstSlots, slots_.size() * 2), std::numeric_limits<std::int64_t>::min());
    }
  }

  /// Entries whose time is the earliest are the closest to meaning nothing.
  void forget_an_eighth() {
    std::vector<std::int64_t> times;
    times.reserve(entries_);
    for (const Slot& slot : slots_) {
      if (slot.used) times.push_back(slot.time);
    }
    const auto cut = times.begin() + static_cast<std::ptrdiff_t>(entries_ / 8);
    std::ranges::nth_element(times, cut);
    rebuild(slots_.size(), *cut);
  }

  /// Keeps the entries later than `oldest`; when all are equally old, none.
  void rebuild(std::size_t slot_count, std::int64_t oldest) {
    std::vector<Slot> kept(slot_count);
    entries_ = 0;
    for (const Slot& slot : slots_) {
      if (!slot.used || slot.time <= oldest) continue;
      *find(kept, slot.key) = slot;
      ++entries_;
    }
    slots_ = std::move(kept);
  }

  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  std::size_t entries_ = 0;
  std::size_t entries_max_ = 1;
};

class MemoryRateStore final : public RateStore {
 public:
  /// Each shard holds at least 64 keys, so that an uneven spread does not matter.
  explicit MemoryRateStore(std::size_t keys_max)
      : shards_(std::clamp<std::size_t>(std::bit_floor(keys_max / 64), 1, kShardsMost)) {
    const std::size_t share = std::max<std::size_t>(1, keys_max / shards_.size());
    for (Shard& shard : shards_) shard.set_capacity(share);
  }

  void update(std::string_view key,
              const std::function<std::int64_t(std::int64_t)>& step) override {
    const Fingerprint print = hash_(key);
    shards_[print.low & (shards_.size() - 1)].update(print, step);
  }

  std::size_t size() const override {
    std::size_t total = 0;
    for (const Shard& shard : shards_) total += shard.size();
    return total;
  }

 private:
  KeyedHash hash_;
  std::vector<Shard> shards_;
};

}  // namespace

std::unique_ptr<RateStore> make_memory_rate_store(std::size_t keys_max) {
  return std::make_unique<MemoryRateStore>(keys_max);
}

}  // namespace lr::store
