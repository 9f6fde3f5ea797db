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

/// Shorter than any time limit of a server for a body, longer than a body takes that is on its way.
constexpr milliseconds kSlowBody{250};

bool is_overload(int status) { return status >= 502 && status <= 504; }

bool has_left(const Outgoing& outgoing) {
  return outgoing.cancelled != nullptr && *outgoing.cancelled;
}

/// However slow the client was: the upstream had all the time that it may take to answer.
bool had_its_time(const Error& error, const Outgoing& outgoing) {
  return error.code() == Code::kDeadlineExceeded &&
         outgoing.stream.from->body_waited() + outgoing.timeouts.first_byte <=
             outgoing.timeouts.total;
}

/// A request that may be sent twice failed on a kept connection before a byte of the answer came.
bool worth_another_try(const Result<Incoming>& outcome, const Outgoing& outgoing) {
  return !outcome && outcome.error().retry() == Retry::kIfConnectionWasReused &&
         outgoing.idempotent && outgoing.stream.from == nullptr && !has_left(outgoing);
}

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

bool kept_waiting(const net::ServerExchange& client) { return client.body_waited() >= kSlowBody; }

Upstream::Upstream(net::EventLoop& loop, UpstreamSettings settings, WorkerMetrics& metrics)
    : origin_(std::move(settings.origin)),
      authority_(origin_.authority()),
      loop_(loop),
      pool_(loop, origin_, std::move(settings.tls), settings.timeouts,
            limits::kUpstreamConnections),
      breaker_(std::move(settings.breaker)),
      metrics_(metrics) {}

/// At most two tries: the second on a fresh connection, when a kept one turned out to be dead.
net::Task<Incoming> Upstream::open(const Outgoing& outgoing) {
  if (!breaker_->allow(loop_.now())) {
    metrics_.breaker_refused.add();
    co_return fail(Code::kUnavailable, "circuit breaker is open");
  }
  for (bool fresh = false;; fresh = true) {
    Result<Incoming> outcome = Incoming();
    if (!fresh) outcome->exchange = pool_.take(outgoing.timeouts);
    if (outcome->exchange == nullptr) {
      auto acquired = co_await pool_.acquire(outgoing.timeouts, fresh);
      if (acquired) {
        outcome->exchange = std::move(*acquired);
      } else {
        outcome = std::unexpected(as_gateway_error(std::move(acquired).error()));
      }
    }
    if (outcome) {
      CurrentExchange current(outgoing.current, outcome->exchange.get());
      auto head = co_await converse(*outcome->exchange, outgoing);
      if (head) {
        outcome->head = *head;
        current.keep();
      } else {
        outcome->exchange->abort();
        outcome = std::unexpected(as_gateway_error(std::move(head).error()));
      }
    }
    if (fresh || !worth_another_try(outcome, outgoing)) {
      judge(outcome, outgoing);
      co_return outcome;
    }
    metrics_.upstream_retries.add();
  }
}

net::Task<Upstream::Head> Upstream::converse(net::ClientExchange& exchange,
                                             const Outgoing& outgoing) {
  const bool plain = outgoing.stream.from == nullptr && !has_left(outgoing);
  return plain ? exchange.request(outgoing.head, outgoing.body)
               : send_streaming(exchange, outgoing);
}

net::Task<Upstream::Head> Upstream::send_streaming(net::ClientExchange& exchange,
                                                   const Outgoing& outgoing) {
  if (has_left(outgoing)) co_return fail(Code::kCancelled, "the client left", Origin::kClient);
  net::ServerExchange* client = outgoing.stream.from;
  if (client != nullptr) {
    client->body_by(Deadline::at(client->loop().now() + outgoing.timeouts.total));
  }
  auto sent = co_await exchange.send(outgoing.head, outgoing.body);
  if (sent) sent = co_await send_body(exchange, outgoing.stream);
  // An upstream that refuses a body early answers and stops reading: its answer still counts.
  if (!sent && sent.error().origin() == Origin::kClient) {
    co_return std::unexpected(std::move(sent).error());
  }
  co_return co_await exchange.read_head();
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
  const bool slow = outgoing.stream.from != nullptr && kept_waiting(*outgoing.stream.from);
  if (outcome) {
    if (!is_overload(outcome->head->status)) {
      breaker_->success();
    } else if (!slow) {
      report_failure();
    }
    return;
  }
  const Error& error = outcome.error();
  // A client that leaves, and our own connection limit, say nothing about the upstream.
  if (has_left(outgoing) || error.origin() == Origin::kClient ||
      error.code() == Code::kResourceExhausted) {
    return;
  }
  if (slow && !had_its_time(error, outgoing)) return;
  report_failure();
}

void Upstream::report_failure() {
  metrics_.upstream_failures.add();
  if (breaker_->failure(loop_.now())) metrics_.breaker_opened.add();
}

}  // namespace lr::guard
