#include "probe/prober.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lr::probe {

Prober::Prober(net::EventLoop& loop, std::shared_ptr<net::TlsClientContext> tls,
               ProberOptions options)
    : options_(std::move(options)), client_(loop, std::move(tls)) {}

net::Task<> Prober::pace() {
  const bool interrupted = options_.interrupted != nullptr && options_.interrupted->load();
  if (interrupted && !cleaning_ && !stopped()) stop_reason_ = "interrupted";
  if (stopped()) co_return fail(Code::kCancelled, stop_reason_, Origin::kTarget);
  if (requests_ >= options_.max_requests) {
    stop_reason_ = fmt::format("the budget of {} requests is spent", options_.max_requests);
    co_return fail(Code::kResourceExhausted, stop_reason_, Origin::kContract);
  }
  const MonoTime now = std::chrono::steady_clock::now();
  if (options_.deadline.expired(now)) {
    stop_reason_ = "the deadline of the run has passed";
    co_return fail(Code::kDeadlineExceeded, stop_reason_, Origin::kContract);
  }
  ++requests_;
  const nanoseconds gap = nanoseconds(std::chrono::seconds(1)) / std::max(options_.max_rps, 1U);
  const MonoTime slot = std::max(now, next_slot_);
  next_slot_ = slot + gap;
  // Timers are good to about a millisecond: waits below that are taken together later.
  if (slot - now >= milliseconds(1)) co_return co_await net::sleep_for(slot - now);
  co_return Result<>();
}

void Prober::allow_cleanup() {
  constexpr seconds kCleanup{20};
  cleaning_ = true;
  stop_reason_.clear();
  options_.deadline = Deadline::after(kCleanup);
}

net::Task<Exchange> Prober::send_once(const Request& request) {
  LR_CO_TRY_VOID(co_await pace());
  net::HttpRequest wire;
  wire.method = request.method;
  wire.url = options_.target;
  wire.url.target = "/";
  wire.raw_target = request.target;
  wire.headers = request.headers;
  wire.headers.set(kRunHeader, options_.run_id);
  if (!wire.headers.get("User-Agent")) wire.headers.set("User-Agent", "launchready-audit");
  wire.body = request.body;
  net::CallOptions call;
  call.deadline = Deadline::after(options_.request_timeout).sooner(options_.deadline);
  call.body_max = options_.body_max;
  auto response = co_await client_.call(std::move(wire), call);
  if (!response) {
    note_failure(request, response.error());
    co_return std::unexpected(std::move(response).error());
  }
  note_answer(request, response->status);
  co_return Exchange{request, std::move(*response)};
}

void Prober::note_failure(const Request& request, const Error& error) {
  ++failures_in_a_row_;
  if (failures_in_a_row_ > kFailuresMax && request.intent == Intent::kControl) {
    stop_reason_ = fmt::format("stopped: {} requests in a row got no answer ({})",
                               failures_in_a_row_, error.detail());
  }
}

void Prober::note_answer(const Request& request, int status) {
  failures_in_a_row_ = 0;
  if (request.intent != Intent::kControl) return;
  control_crashes_.push_back(status >= 500);
  if (control_crashes_.size() > kWindow) control_crashes_.pop_front();
  const auto crashes = std::ranges::count(control_crashes_, true);
  if (control_crashes_.size() == kWindow && static_cast<std::size_t>(crashes) * 2 > kWindow) {
    stop_reason_ = fmt::format(
        "stopped: {} of the last {} ordinary requests were answered with a "
        "server error",
        crashes, kWindow);
  }
}

std::optional<seconds> Prober::worthwhile_wait(const net::HttpResponse& response) const {
  const auto text = response.headers.get("Retry-After");
  if (!text) return std::nullopt;
  std::uint32_t wait = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), wait);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  const seconds asked(wait);
  if (asked > options_.retry_wait_max || waited_ + asked > options_.retry_wait_total) {
    return std::nullopt;
  }
  return asked;
}

net::Task<Exchange> Prober::send(Request request) {
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    auto exchange = co_await send_once(request);
    if (!exchange) {
      const bool again = request.intent == Intent::kControl && attempt < 2 && !stopped() &&
                         exchange.error().code() != Code::kDeadlineExceeded;
      if (again) continue;
      co_return exchange;
    }
    if (!request.patient || exchange->status() != 429 || attempt == kAttempts) co_return exchange;
    const auto wait = worthwhile_wait(exchange->response);
    if (!wait) co_return exchange;
    waited_ += *wait;
    LR_CO_TRY_VOID(co_await net::sleep_for(*wait));
  }
}

net::Task<std::string> Prober::raw(std::string bytes, milliseconds quiet) {
  LR_CO_TRY_VOID(co_await pace());
  co_return co_await client_.raw(options_.target, std::move(bytes), quiet);
}

}  // namespace lr::probe
