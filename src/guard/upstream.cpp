#include "guard/upstream.h"

#include "guard/metrics.h"

namespace lr::guard {
namespace {

/// Whatever the socket said, a caller of the guard gets one of three answers.
Error as_gateway_error(Error error) {
  if (error.origin() == Origin::kClient) return error;
  switch (error.code()) {
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
    case Code::kCancelled:
      return error;
    default:
      return Error(Code::kBadGateway, error.detail(), Origin::kUpstream, error.retry());
  }
}

bool is_overload(int status) { return status >= 502 && status <= 504; }

/// Keeps `current` right: it must not point to an exchange that is gone.
class CurrentExchange {
 public:
  CurrentExchange(net::ClientExchange** slot, net::ClientExchange* exchange) : slot_(slot) {
    if (slot_ != nullptr) *slot_ = exchange;
  }
  ~CurrentExchange() {
    if (slot_ != nullptr && !kept_) *slot_ = nullptr;
  }
  CurrentExchange(const CurrentExchange&) = delete;
  CurrentExchange& operator=(const CurrentExchange&) = delete;
  void keep() { kept_ = true; }

 private:
  net::ClientExchange** slot_;
  bool kept_ = false;
};

}  // namespace

Upstream::Upstream(net::EventLoop& loop, UpstreamSettings settings, WorkerMetrics& metrics)
    : origin_(std::move(settings.origin)),
      authority_(origin_.authority()),
      loop_(loop),
      pool_(loop, origin_, std::move(settings.tls), settings.timeouts,
            limits::kUpstreamConnections),
      breaker_(std::move(settings.breaker)),
      metrics_(metrics) {}

net::Task<Incoming> Upstream::open(Outgoing outgoing) {
  if (!breaker_->allow(loop_.now())) {
    metrics_.breaker_refused.add();
    co_return fail(Code::kUnavailable, "circuit breaker is open");
  }
  bool may_retry = false;
  auto first = co_await attempt(outgoing, false, may_retry);
  const bool cancelled = outgoing.cancelled != nullptr && *outgoing.cancelled;
  if (first.has_value() || !may_retry || !outgoing.idempotent || cancelled) {
    judge(first, outgoing);
    co_return first;
  }
  metrics_.upstream_retries.add();
  auto second = co_await attempt(outgoing, true, may_retry);
  judge(second, outgoing);
  co_return second;
}

net::Task<Incoming> Upstream::attempt(const Outgoing& outgoing, bool fresh, bool& may_retry) {
  may_retry = false;
  auto acquired = co_await pool_.acquire(outgoing.timeouts, fresh);
  if (!acquired) co_return std::unexpected(as_gateway_error(std::move(acquired).error()));
  Incoming incoming{.exchange = std::move(*acquired)};
  CurrentExchange current(outgoing.current, incoming.exchange.get());
  if (outgoing.cancelled != nullptr && *outgoing.cancelled) {
    incoming.exchange->abort();
    co_return fail(Code::kCancelled, "the client left", Origin::kClient);
  }
  const bool streamed = outgoing.stream.from != nullptr;
  may_retry = incoming.exchange->reused() && !streamed;
  auto sent = co_await incoming.exchange->send(outgoing.head, outgoing.body);
  if (sent && streamed) sent = co_await send_body(*incoming.exchange, outgoing.stream);
  // An upstream that refuses a body early answers and stops reading: its answer still counts.
  const bool hopeless = !sent && (sent.error().origin() == Origin::kClient || !streamed);
  if (hopeless) {
    incoming.exchange->abort();
    co_return std::unexpected(as_gateway_error(std::move(sent).error()));
  }
  auto head = co_await incoming.exchange->read_head();
  if (!head) {
    may_retry = may_retry && head.error().retry() != Retry::kNo;
    incoming.exchange->abort();
    co_return std::unexpected(as_gateway_error(std::move(head).error()));
  }
  incoming.head = *head;
  current.keep();
  co_return incoming;
}

net::Task<> Upstream::send_body(net::ClientExchange& exchange, const StreamedBody& stream) {
  std::size_t total = 0;
  std::string chunk;
  while (true) {
    auto piece = co_await stream.from->read_some();
    if (!piece) {
      Error error = std::move(piece).error();
      co_return fail(error.code(), error.detail(), Origin::kClient);
    }
    if (piece->empty()) break;
    total += piece->size();
    if (total > stream.bytes_max) {
      co_return fail(Code::kPayloadTooLarge, "body over its bound", Origin::kClient);
    }
    if (!stream.chunked) {
      LR_CO_TRY_VOID(co_await exchange.write(*piece));
      continue;
    }
    chunk.clear();
    text::append_chunk(chunk, *piece);
    LR_CO_TRY_VOID(co_await exchange.write(chunk));
  }
  if (!stream.chunked) co_return Result<>();
  chunk.clear();
  text::append_last_chunk(chunk);
  co_return co_await exchange.write(chunk);
}

void Upstream::judge(const Result<Incoming>& outcome, const Outgoing& outgoing) {
  if (outcome) {
    if (is_overload(outcome->head->status)) {
      report_failure();
    } else {
      breaker_->success();
    }
    return;
  }
  const bool cancelled = outgoing.cancelled != nullptr && *outgoing.cancelled;
  const Error& error = outcome.error();
  // A client that leaves, and our own connection limit, say nothing about the upstream.
  if (cancelled || error.origin() == Origin::kClient || error.code() == Code::kResourceExhausted) {
    return;
  }
  report_failure();
}

void Upstream::report_failure() {
  metrics_.upstream_failures.add();
  if (breaker_->failure(loop_.now())) metrics_.breaker_opened.add();
}

}  // namespace lr::guard
