#include "guard/pipeline.h"

#include "guard/error_answer.h"
#include "guard/proxy.h"

namespace lr::guard {
namespace {

constexpr std::size_t kSpareExchanges = 256;

/// Runs fast paths from `at` on. Stops behind the last filter, or with `at` on the filter that did
/// not pass.
Verdict judge_fast(const Lane& lane, Exchange& exchange, std::size_t& at) {
  for (; at < lane.filters.size(); ++at) {
    const Verdict verdict = lane.filters[at]->on_request(exchange);
    if (!verdict.passed()) return verdict;
  }
  return Verdict::pass();
}

}  // namespace

/// An exchange for the time of one request.
class Pipeline::Lease {
 public:
  explicit Lease(Pipeline& pipeline) : pipeline_(pipeline) {
    if (pipeline_.spare_.empty()) {
      exchange_ = std::make_unique<Exchange>();
    } else {
      exchange_ = std::move(pipeline_.spare_.back());
      pipeline_.spare_.pop_back();
    }
    pipeline_.metrics_.in_flight.add();
  }
  ~Lease() {
    pipeline_.metrics_.in_flight.subtract();
    exchange_->finish();
    if (pipeline_.spare_.size() < kSpareExchanges) pipeline_.spare_.push_back(std::move(exchange_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Exchange& operator*() const { return *exchange_; }

 private:
  Pipeline& pipeline_;
  std::unique_ptr<Exchange> exchange_;
};

net::Task<> Pipeline::handle(net::ServerExchange& server) {
  const LanePtr lane = lane_;
  const Lease lease(*this);
  Exchange& exchange = *lease;
  exchange.begin(server, clock_.wall(), clock_.mono());
  std::size_t at = 0;
  Verdict verdict = judge_fast(*lane, exchange, at);
  if (verdict.kind == Verdict::Kind::kSuspend) {
    auto judged = co_await judge_slowly(*lane, exchange, at);
    verdict = judged ? *judged : Verdict::reject(Code::kInternal, "filter_failed");
  }
  if (verdict.passed()) {
    auto forwarded = co_await forward(*lane, exchange);
    verdict = forwarded ? *forwarded : Verdict::reject(Code::kInternal, "forward_failed");
  }
  if (!verdict.passed()) co_await answer_locally(*lane, exchange, verdict);
  write_down(*lane, exchange, verdict);
  co_return Result<>();
}

net::Task<Verdict> Pipeline::judge_slowly(Lane& lane, Exchange& exchange, std::size_t at) {
  while (true) {
    auto slow = co_await lane.filters[at]->on_request_slow(exchange);
    if (!slow || !slow->passed()) co_return slow;
    ++at;
    const Verdict verdict = judge_fast(lane, exchange, at);
    if (verdict.kind != Verdict::Kind::kSuspend) co_return verdict;
  }
}

net::Task<> Pipeline::answer_locally(Lane& lane, Exchange& exchange, const Verdict& verdict) {
  if (exchange.client_gone) {
    exchange.server->abort();
    co_return Result<>();
  }
  if (verdict.kind == Verdict::Kind::kReject) {
    make_error_answer(lane.snapshot->contract, exchange, verdict);
  }
  if (exchange.server->started()) {
    exchange.server->abort();
    co_return Result<>();
  }
  static_cast<void>(filter_response(lane, exchange));
  auto sent = co_await exchange.server->send(exchange.answer.status, exchange.answer.fields,
                                             exchange.answer.body);
  if (!sent) exchange.client_gone = true;
  co_return Result<>();
}

void Pipeline::write_down(const Lane& lane, const Exchange& exchange, const Verdict& verdict) {
  const nanoseconds took = clock_.mono() - exchange.mono;
  const int status = exchange.client_gone ? 499 : exchange.answer.status;
  RouteMetrics& route =
      exchange.route != nullptr ? *lane.routes[exchange.match.index] : *lane.unmatched;
  route.count(exchange.method, status, took);
  if (exchange.client_gone) metrics_.client_gone.add();
  if (verdict.kind == Verdict::Kind::kReject) {
    metrics_.refused.add(verdict.reason);
    if (verdict.code != Code::kCancelled) {
      trail_.refused(lane.snapshot->contract, exchange, verdict, status);
    }
  }
  if (log_ != nullptr) log_request(exchange, verdict, took);
}

void Pipeline::log_request(const Exchange& exchange, const Verdict& verdict, nanoseconds took) {
  LogLine line = log_->line(LogLevel::kInfo, "request");
  line.add("request_id", Shown(exchange.request_id))
      .add("method", Shown(exchange.method ? contract::method_name(*exchange.method) : "other"))
      .add("route", Shown(exchange.route_label()))
      .add("status", exchange.client_gone ? 499 : exchange.answer.status)
      .add("took_ms", took)
      .add("client", Shown(exchange.client.str()));
  if (exchange.caller != nullptr) line.add("issuer", Shown(exchange.caller->identity.issuer));
  if (verdict.kind == Verdict::Kind::kReject) line.add("reason", Shown(verdict.reason));
  if (!verdict.detail.empty()) line.add("detail", Shown(verdict.detail));
  if (verdict.kind == Verdict::Kind::kReject && verdict.at.line != 0) {
    line.add("contract_line", verdict.at.line);
  }
}

}  // namespace lr::guard
