// Counters of one worker, written by its thread only and read by the admin listener. No label ever
// holds a user, a token or a raw path.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "contract/contract.h"

namespace lr::guard {

/// One writer, many readers: a plain add that readers may see a moment late.
class Counter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Upper bounds in microseconds; the last bucket is open.
inline constexpr auto kLatencyBoundsUs =
    std::to_array<std::int64_t>({500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000,
                                 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000});

struct RouteMetrics {
  static constexpr std::size_t kMethods = contract::kMethodCount + 1;  ///< The last: any other.
  static constexpr std::size_t kClasses = 5;                           ///< 1xx … 5xx
  std::array<std::array<Counter, kClasses>, kMethods> requests;
  std::array<Counter, kLatencyBoundsUs.size() + 1> latency;
  Counter latency_us;

  void count(std::optional<contract::Method> method, int status, nanoseconds took);
};

/// Counts by literal reason; bounded.
class ReasonCounters {
 public:
  static constexpr std::size_t kMost = 96;
  void add(std::string_view literal);
  std::map<std::string, std::uint64_t> read() const;

 private:
  struct Slot {
    std::atomic<const char*> text{nullptr};
    std::atomic<std::size_t> length{0};
    Counter count;
  };
  std::array<Slot, kMost> slots_;
};

class WorkerMetrics {
 public:
  /// The counters of a route template; the same for the life of the worker.
  RouteMetrics& route(std::string_view path);

  ReasonCounters refused;
  Counter in_flight;
  Counter client_gone;
  Counter connections;  ///< Sampled.
  Counter upstream_busy;
  Counter upstream_idle;
  Counter upstream_failures;
  Counter upstream_retries;
  Counter breaker_opened;
  Counter breaker_refused;
  Counter token_cache_hits;
  Counter token_verifications;
  Counter ledger_summarised;

 private:
  friend class Metrics;
  mutable std::mutex mutex_;  ///< Guards the map, not the counters.
  std::map<std::string, std::unique_ptr<RouteMetrics>, std::less<>> routes_;
};

/// What is measured outside of the workers.
struct MetricsExtra {
  bool ready = false;
  bool breaker_open = false;
  bool ledger_healthy = false;
  std::uint64_t ledger_events = 0;
  std::uint64_t owned_objects = 0;
  std::uint64_t rate_keys = 0;
  std::uint64_t log_dropped = 0;
  std::uint64_t reloads = 0;
  std::uint64_t reloads_failed = 0;
  std::string contract_digest;
};

class Metrics {
 public:
  WorkerMetrics& add_worker();
  /// Prometheus text format 0.0.4.
  std::string render(const MetricsExtra& extra) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<WorkerMetrics>> workers_;
};

}  // namespace lr::guard
