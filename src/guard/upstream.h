// One upstream as one worker sees it: kept connections, time limits, one careful retry, and the
// circuit breaker that all workers share.
#pragma once

#include <memory>
#include <string_view>

#include "guard/circuit_breaker.h"
#include "net/http_client.h"
#include "net/http_server.h"

namespace lr::guard {

class WorkerMetrics;

/// Body bytes that are passed on while they arrive.
struct StreamedBody {
  net::ServerExchange* from = nullptr;  ///< Null: the body, if any, is in `Outgoing::body`.
  bool chunked = false;
  std::size_t bytes_max = 0;
};

/// Has the client taken so long over a body that was passed on as it came that an upstream may have
/// lost patience with it? What such an upstream does then says nothing about the upstream.
bool kept_waiting(const net::ServerExchange& client);

struct Outgoing {
  std::string_view head;  ///< Complete, canonical.
  std::string_view body{};
  StreamedBody stream{};
  bool idempotent = false;  ///< May be sent again when a kept connection turns out dead.
  net::ClientTimeouts timeouts{};
  /// Set while an exchange is open, so that it can be aborted when the client leaves.
  net::ClientExchange** current = nullptr;
  const bool* cancelled = nullptr;
};

struct Incoming {
  std::unique_ptr<net::ClientExchange> exchange;
  const text::ResponseHead* head = nullptr;  ///< Lives as long as `exchange`.
};

struct UpstreamSettings {
  text::Url origin;
  std::shared_ptr<net::TlsClientContext> tls;
  net::ClientTimeouts timeouts{};  ///< Of connections that no route says more about.
  std::shared_ptr<CircuitBreaker> breaker;
};

class Upstream {
 public:
  Upstream(net::EventLoop& loop, UpstreamSettings settings, WorkerMetrics& metrics);

  /// Sends the request and waits for the head of the answer. Errors: kUnavailable with
  /// Origin::kSelf while the breaker is open or too many connections are busy; kBadGateway when
  /// the upstream is not there or talks nonsense; kDeadlineExceeded when it is slow;
  /// Origin::kClient for what went wrong on the client's side while its body was passed on.
  net::Task<Incoming> open(const Outgoing& outgoing);
  /// An answer broke off after its head.
  void report_failure();
  const text::Url& origin() const { return origin_; }
  /// For the Host field.
  const std::string& authority() const { return authority_; }
  CircuitBreaker& breaker() { return *breaker_; }
  net::ConnectionPool& pool() { return pool_; }

 private:
  using Head = const text::ResponseHead*;
  static net::Task<Head> converse(net::ClientExchange& exchange, const Outgoing& outgoing);
  static net::Task<Head> send_streaming(net::ClientExchange& exchange, const Outgoing& outgoing);
  static net::Task<> send_body(net::ClientExchange& exchange, const StreamedBody& stream);
  void judge(const Result<Incoming>& outcome, const Outgoing& outgoing);

  text::Url origin_;
  std::string authority_;
  net::EventLoop& loop_;
  net::ConnectionPool pool_;
  std::shared_ptr<CircuitBreaker> breaker_;
  WorkerMetrics& metrics_;
};

}  // namespace lr::guard
