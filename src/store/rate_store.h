// Theoretical arrival times of GCRA, sharded so that all loops share one truth. Bounded: the
// entries closest to forgotten go first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace lr::store {

class RateStore {
 public:
  virtual ~RateStore() = default;
  /// Atomically hands the stored time of `key` (0 when unknown) to `step` and stores what it
  /// returns; a negative return stores nothing. Any thread, no I/O.
  virtual void update(std::string_view key,
                      const std::function<std::int64_t(std::int64_t)>& step) = 0;
  virtual std::size_t size() const = 0;
};

std::unique_ptr<RateStore> make_memory_rate_store(std::size_t keys_max);

}  // namespace lr::store
