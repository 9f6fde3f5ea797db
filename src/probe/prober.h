// The one door through which an audit talks to its target: paced, counted, bounded, and closed as
// soon as the target shows distress.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "probe/exchange.h"

namespace lr::probe {

/// Field that marks every request of an audit, so that its traffic can be told from users'.
inline constexpr std::string_view kRunHeader = "X-Launchready-Audit";

struct ProberOptions {
  /// Set from elsewhere, also by a signal: the run then stops. May be null.
  const std::atomic<bool>* interrupted = nullptr;
  text::Url target;  ///< Only its origin is used; no other host is ever contacted.
  std::string run_id;
  std::uint32_t max_rps = 200;
  std::uint32_t max_requests = 20'000;
  Deadline deadline = Deadline::never();
  seconds request_timeout{20};
  std::size_t body_max = 1024 * 1024;
  /// Longest single wait that a 429 may ask for, and all of them together.
  seconds retry_wait_max{15};
  seconds retry_wait_total{45};
};

class Prober {
 public:
  Prober(net::EventLoop& loop, std::shared_ptr<net::TlsClientContext> tls, ProberOptions options);

  /// Sends at the permitted pace. An answer with any status is a success. Errors: kUnavailable (no
  /// answer, Origin::kTarget), kResourceExhausted (request budget spent), kDeadlineExceeded (the
  /// run's deadline), kCancelled (stopped after distress).
  net::Task<Exchange> send(Request request);
  /// The same without the body budget's patience: bytes on a fresh connection.
  net::Task<std::string> raw(std::string bytes, milliseconds quiet);

  std::uint32_t requests() const { return requests_; }
  /// Why everything that is left is refused, or "".
  /// After the end of a run, also an early one: time to clean up, within the budget of requests.
  void allow_cleanup();
  /// Ends the run: nothing more is sent, and what is left is inconclusive for this reason.
  void stop(std::string reason) { stop_reason_ = std::move(reason); }
  const std::string& stop_reason() const { return stop_reason_; }
  bool stopped() const { return !stop_reason_.empty(); }
  const text::Url& target() const { return options_.target; }
  const std::string& run_id() const { return options_.run_id; }

 private:
  net::Task<> pace();
  net::Task<Exchange> send_once(const Request& request);
  void note_answer(const Request& request, int status);
  void note_failure(const Request& request, const Error& error);
  std::optional<seconds> worthwhile_wait(const net::HttpResponse& response) const;

  static constexpr std::uint32_t kFailuresMax = 5;
  static constexpr std::size_t kWindow = 20;

  ProberOptions options_;
  net::HttpClient client_;
  std::uint32_t requests_ = 0;
  MonoTime next_slot_{};
  std::uint32_t failures_in_a_row_ = 0;
  std::deque<bool> control_crashes_;  ///< The last kWindow controls: did they end in a 5xx?
  bool cleaning_ = false;
  std::string stop_reason_;
  seconds waited_{0};
};

}  // namespace lr::probe
