#include "guard/circuit_breaker.h"

#include <algorithm>

namespace lr::guard {
namespace {

std::int64_t ticks(MonoTime time) {
  return std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

bool CircuitBreaker::allow(MonoTime now) {
  std::int64_t until = open_until_.load(std::memory_order_relaxed);
  if (until == 0) [[likely]] {
    return true;
  }
  if (ticks(now) < until) return false;
  // Whoever moves the time forward is the probe of this period.
  const std::int64_t next = std::max<std::int64_t>(ticks(now + settings_.open_for), 1);
  return open_until_.compare_exchange_strong(until, next, std::memory_order_relaxed);
}

void CircuitBreaker::success() {
  // Read first: a store by every request would bounce the cache line between the workers.
  if (failures_.load(std::memory_order_relaxed) != 0) {
    failures_.store(0, std::memory_order_relaxed);
  }
  if (open_until_.load(std::memory_order_relaxed) != 0) {
    open_until_.store(0, std::memory_order_relaxed);
  }
}

bool CircuitBreaker::failure(MonoTime now) {
  const std::uint32_t count = failures_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (count < settings_.failures) return false;
  std::int64_t closed = 0;
  const std::int64_t until = std::max<std::int64_t>(ticks(now + settings_.open_for), 1);
  return open_until_.compare_exchange_strong(closed, until, std::memory_order_relaxed);
}

seconds CircuitBreaker::retry_after(MonoTime now) const {
  const std::int64_t left = open_until_.load(std::memory_order_relaxed) - ticks(now);
  return std::max(seconds(1),
                  std::chrono::ceil<seconds>(nanoseconds(std::max<std::int64_t>(left, 0))));
}

}  // namespace lr::guard
