#include "guard/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace lr::guard {
namespace {

struct RouteTotals {
  std::array<std::array<std::uint64_t, RouteMetrics::kClasses>, RouteMetrics::kMethods> requests{};
  std::array<std::uint64_t, kLatencyBoundsUs.size() + 1> latency{};
  std::uint64_t latency_us = 0;

  void add(const RouteMetrics& route) {
    for (std::size_t m = 0; m < RouteMetrics::kMethods; ++m) {
      for (std::size_t c = 0; c < RouteMetrics::kClasses; ++c) {
        requests[m][c] += route.requests[m][c].get();
      }
    }
    for (std::size_t i = 0; i < latency.size(); ++i) latency[i] += route.latency[i].get();
    latency_us += route.latency_us.get();
  }
};

std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c == '\n' ? ' ' : c);
  }
  return out;
}

std::string_view method_label(std::size_t index) {
  return index < contract::kMethodCount
             ? contract::method_name(static_cast<contract::Method>(index))
             : "other";
}

void append_head(std::string& out, std::string_view name, std::string_view type,
                 std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void append_value(std::string& out, std::string_view name, std::string_view type,
                  std::string_view help, std::uint64_t value) {
  append_head(out, name, type, help);
  fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
}

using Totals = std::map<std::string, RouteTotals, std::less<>>;

void append_requests(std::string& out, const Totals& totals) {
  append_head(out, "launchready_requests_total", "counter",
              "Requests by route template, method and class of status.");
  for (const auto& [path, route] : totals) {
    for (std::size_t m = 0; m < RouteMetrics::kMethods; ++m) {
      for (std::size_t c = 0; c < RouteMetrics::kClasses; ++c) {
        if (route.requests[m][c] == 0) continue;
        fmt::format_to(
            std::back_inserter(out),
            "launchready_requests_total{{route=\"{}\",method=\"{}\",status=\"{}xx\"}} {}\n",
            label(path), method_label(m), c + 1, route.requests[m][c]);
      }
    }
  }
}

void append_latency(std::string& out, const Totals& totals) {
  constexpr std::string_view kName = "launchready_request_duration_seconds";
  append_head(out, kName, "histogram", "Time from the request head to the end of the answer.");
  for (const auto& [path, route] : totals) {
    const std::string name = label(path);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < route.latency.size(); ++i) {
      sum += route.latency[i];
      const std::string bound =
          i < kLatencyBoundsUs.size()
              ? fmt::format("{}", static_cast<double>(kLatencyBoundsUs[i]) / 1e6)
              : "+Inf";
      fmt::format_to(std::back_inserter(out), "{}_bucket{{route=\"{}\",le=\"{}\"}} {}\n", kName,
                     name, bound, sum);
    }
    fmt::format_to(std::back_inserter(out),
                   "{}_sum{{route=\"{}\"}} {}\n{}_count{{route=\"{}\"}} {}\n", kName, name,
                   static_cast<double>(route.latency_us) / 1e6, kName, name, sum);
  }
}

void append_extra(std::string& out, const MetricsExtra& extra) {
  append_value(out, "launchready_ready", "gauge", "1 when /readyz answers 200.",
               extra.ready ? 1 : 0);
  append_value(out, "launchready_breaker_open", "gauge", "1 while the circuit breaker is open.",
               extra.breaker_open ? 1 : 0);
  append_value(out, "launchready_ledger_healthy", "gauge",
               "0 while the ledger cannot be written; private routes are then refused.",
               extra.ledger_healthy ? 1 : 0);
  append_value(out, "launchready_ledger_events", "gauge", "Events in the ledger.",
               extra.ledger_events);
  append_value(out, "launchready_owned_objects", "gauge", "Objects with a learned owner.",
               extra.owned_objects);
  append_value(out, "launchready_rate_keys", "gauge", "Keys with a rate limit state.",
               extra.rate_keys);
  append_value(out, "launchready_log_lines_dropped_total", "counter",
               "Log lines lost because the log could not be written fast enough.",
               extra.log_dropped);
  append_value(out, "launchready_reloads_total", "counter", "Contract reloads.", extra.reloads);
  append_value(out, "launchready_reloads_failed_total", "counter",
               "Contract reloads that were refused.", extra.reloads_failed);
  append_head(out, "launchready_contract_info", "gauge", "The contract in force.");
  fmt::format_to(std::back_inserter(out), "launchready_contract_info{{digest=\"{}\"}} 1\n",
                 label(extra.contract_digest));
}

struct Simple {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  Counter WorkerMetrics::* member;
};

constexpr auto kSimple = std::to_array<Simple>({
    {"launchready_requests_in_flight", "gauge", "Requests being served.",
     &WorkerMetrics::in_flight},
    {"launchready_connections", "gauge", "Open client connections.", &WorkerMetrics::connections},
    {"launchready_clients_gone_total", "counter", "Clients that left before their answer was done.",
     &WorkerMetrics::client_gone},
    {"launchready_upstream_connections_busy", "gauge", "Upstream connections in use.",
     &WorkerMetrics::upstream_busy},
    {"launchready_upstream_connections_idle", "gauge", "Upstream connections kept.",
     &WorkerMetrics::upstream_idle},
    {"launchready_upstream_failures_total", "counter",
     "Upstream connections, timeouts and answers that failed.", &WorkerMetrics::upstream_failures},
    {"launchready_upstream_retries_total", "counter",
     "Requests sent again because a kept connection was dead.", &WorkerMetrics::upstream_retries},
    {"launchready_breaker_opened_total", "counter", "Times the circuit breaker opened.",
     &WorkerMetrics::breaker_opened},
    {"launchready_breaker_refused_total", "counter", "Requests refused by the open breaker.",
     &WorkerMetrics::breaker_refused},
    {"launchready_token_cache_hits_total", "counter", "Credentials found verified.",
     &WorkerMetrics::token_cache_hits},
    {"launchready_token_verifications_total", "counter", "Credentials verified.",
     &WorkerMetrics::token_verifications},
    {"launchready_ledger_summarised_total", "counter",
     "Refusals that the ledger holds as part of a summary.", &WorkerMetrics::ledger_summarised},
});

}  // namespace

void RouteMetrics::count(std::optional<contract::Method> method, int status, nanoseconds took) {
  const std::size_t row = method ? static_cast<std::size_t>(*method) : contract::kMethodCount;
  const auto column = static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1);
  requests[row][column].add();
  const std::int64_t us = took.count() / 1'000;
  const auto bucket = std::ranges::lower_bound(kLatencyBoundsUs, us) - kLatencyBoundsUs.begin();
  latency[static_cast<std::size_t>(bucket)].add();
  latency_us.add(static_cast<std::uint64_t>(std::max<std::int64_t>(us, 0)));
}

void ReasonCounters::add(std::string_view literal) {
  for (Slot& slot : slots_) {
    const char* text = slot.text.load(std::memory_order_relaxed);
    if (text == nullptr) {
      slot.length.store(literal.size(), std::memory_order_relaxed);
      slot.text.store(literal.data(), std::memory_order_release);
    } else if (std::string_view(text, slot.length.load(std::memory_order_relaxed)) != literal) {
      continue;
    }
    slot.count.add();
    return;
  }
}

std::map<std::string, std::uint64_t> ReasonCounters::read() const {
  std::map<std::string, std::uint64_t> out;
  for (const Slot& slot : slots_) {
    const char* text = slot.text.load(std::memory_order_acquire);
    if (text == nullptr) break;
    out[std::string(text, slot.length.load(std::memory_order_relaxed))] += slot.count.get();
  }
  return out;
}

RouteMetrics& WorkerMetrics::route(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto found = routes_.find(path);
  if (found != routes_.end()) return *found->second;
  return *routes_.emplace(std::string(path), std::make_unique<RouteMetrics>()).first->second;
}

WorkerMetrics& Metrics::add_worker() {
  const std::lock_guard lock(mutex_);
  workers_.push_back(std::make_unique<WorkerMetrics>());
  return *workers_.back();
}

std::string Metrics::render(const MetricsExtra& extra) const {
  const std::lock_guard lock(mutex_);
  Totals totals;
  std::map<std::string, std::uint64_t> refused;
  for (const auto& worker : workers_) {
    for (const auto& [reason, count] : worker->refused.read()) refused[reason] += count;
    const std::lock_guard routes_lock(worker->mutex_);
    for (const auto& [path, route] : worker->routes_) totals[path].add(*route);
  }
  std::string out;
  append_requests(out, totals);
  append_latency(out, totals);
  append_head(out, "launchready_refused_total", "counter", "Requests refused, by reason.");
  for (const auto& [reason, count] : refused) {
    fmt::format_to(std::back_inserter(out), "launchready_refused_total{{reason=\"{}\"}} {}\n",
                   label(reason), count);
  }
  for (const Simple& simple : kSimple) {
    std::uint64_t sum = 0;
    for (const auto& worker : workers_) sum += ((*worker).*simple.member).get();
    append_value(out, simple.name, simple.type, simple.help, sum);
  }
  append_extra(out, extra);
  return out;
}

}  // namespace lr::guard
