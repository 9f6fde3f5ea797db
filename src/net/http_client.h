// HTTP/1.1 client: pooled connections for proxying, a simple call for everything else, and raw
// bytes for audits of parsers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/stream.h"
#include "net/tls.h"
#include "text/http1.h"
#include "text/url.h"

namespace lr::net {

struct ClientTimeouts {
  milliseconds connect{2'000};
  milliseconds first_byte{30'000};
  milliseconds idle{60'000};
  milliseconds total{300'000};
};

/// One request on one connection: send the head, then the body, then read the answer. Returned to
/// its pool when the answer was read to its end, closed otherwise.
class ClientExchange {
 public:
  virtual ~ClientExchange() = default;
  /// `head` is a complete request head as bytes (canonical, with framing fields); `body` goes in
  /// the same write.
  virtual Task<> send(std::string_view head, std::string_view body) = 0;
  /// More body bytes, already framed by the caller's choice of head (append_chunk for chunked).
  virtual Task<> write(std::string_view bytes) = 0;
  /// send() and read_head() in one. Not for a server that may answer and close before it has read
  /// the request: a request that cannot be sent fails, whatever the server said.
  virtual Task<const text::ResponseHead*> request(std::string_view head, std::string_view body) = 0;
  /// Reads the answer's head (1xx answers are skipped, 101 is an error). Views live until the
  /// exchange dies.
  virtual Task<const text::ResponseHead*> read_head() = 0;
  /// The next decoded piece of the body, "" at the end. Lives until the next call.
  virtual Task<std::string_view> read_some() = 0;
  /// kPayloadTooLarge above `max`.
  virtual Task<std::string> read_all(std::size_t max) = 0;
  /// The whole body when it has a known length and came with the head; nullopt otherwise. Lives as
  /// long as the exchange.
  virtual std::optional<std::string_view> body_at_hand() = 0;
  /// The connection had served an earlier exchange: a failure before the first answer byte may be
  /// retried once on a fresh one.
  virtual bool reused() const = 0;
  /// Closes the connection now; pending operations fail with kCancelled. Safe to call twice.
  virtual void abort() = 0;
};

/// Connections to one origin, kept alive. One per loop.
class ConnectionPool {
 public:
  ConnectionPool(EventLoop& loop, text::Url origin, std::shared_ptr<TlsClientContext> tls,
                 ClientTimeouts timeouts, std::size_t connections_max);
  ~ConnectionPool();
  /// A connection, kept or new; kUnavailable when it cannot connect, kResourceExhausted when
  /// `connections_max` are busy. `fresh` never takes a kept one.
  Task<std::unique_ptr<ClientExchange>> acquire(ClientTimeouts timeouts, bool fresh = false);
  /// A kept connection without waiting; null when there is none to be had and acquire() must be
  /// asked.
  std::unique_ptr<ClientExchange> take(const ClientTimeouts& timeouts);
  std::size_t idle() const;
  std::size_t busy() const;
  /// New connections go to this address; the origin keeps its name.
  void connect_to(const Endpoint& address);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

struct HttpRequest {
  std::string method = "GET";
  text::Url url;
  text::Headers headers;  ///< Host, Content-Length and Connection are added when absent.
  std::string body;
  /// Sent instead of url.target, byte for byte (path tricks).
  std::optional<std::string> raw_target;
  /// Where to connect instead of asking the system's resolver for url.host. Host, SNI and the
  /// name in the certificate stay those of `url`.
  std::optional<Endpoint> connect_to{};
};

struct HttpResponse {
  int status = 0;
  text::Headers headers;
  std::string body;
  bool body_cut = false;  ///< There was more than `body_max`.
  nanoseconds first_byte{0};
  nanoseconds total{0};
};

struct CallOptions {
  Deadline deadline = Deadline::after(std::chrono::seconds(30));
  /// For a connection with its TLS handshake, within the deadline.
  milliseconds connect = std::chrono::hours(24);
  std::size_t body_max = limits::kBufferedAnswerBytes;
  /// Returns once the head is there and closes the connection: for answers that never end.
  bool head_only = false;
};

/// Convenience on top of pools, one per origin. Redirects are never followed, no cookies are kept.
class HttpClient {
 public:
  explicit HttpClient(EventLoop& loop, std::shared_ptr<TlsClientContext> tls = nullptr);
  ~HttpClient();
  Task<HttpResponse> call(HttpRequest request, CallOptions options = CallOptions());
  /// Sends bytes as they are on a fresh connection and returns what comes back until the peer
  /// closes, `quiet` passes without a byte, or 64 KiB.
  Task<std::string> raw(text::Url origin, std::string bytes, milliseconds quiet);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Connects one stream (happy path: first address that answers). Numeric hosts do not touch DNS,
/// nor does a given `address`.
Task<std::unique_ptr<Stream>> connect(EventLoop& loop, text::Url origin,
                                      std::shared_ptr<TlsClientContext> tls, Deadline deadline,
                                      std::optional<Endpoint> address = std::nullopt);

}  // namespace lr::net
