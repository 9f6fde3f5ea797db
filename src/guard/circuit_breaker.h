// Stops sending to an upstream that keeps failing, so that callers get an answer at once and the
// upstream gets room to recover. Shared by all workers; lock-free.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "contract/contract.h"

namespace lr::guard {

class CircuitBreaker {
 public:
  explicit CircuitBreaker(contract::Breaker settings) : settings_(settings) {}

  /// False while open. After `open_for` one request per period is let through as a probe; its
  /// outcome decides.
  bool allow(MonoTime now);
  void success();
  /// Returns true when this failure opened it.
  bool failure(MonoTime now);
  bool open() const { return open_until_.load(std::memory_order_relaxed) != 0; }
  /// Until the next probe, at least a second.
  seconds retry_after(MonoTime now) const;

 private:
  contract::Breaker settings_;
  std::atomic<std::uint32_t> failures_{0};
  std::atomic<std::int64_t> open_until_{0};  ///< Nanoseconds of MonoTime; 0 when closed.
};

}  // namespace lr::guard
