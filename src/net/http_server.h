// HTTP/1.1 server: strict heads, keep-alive, pipelining in order, streaming both ways.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/stream.h"
#include "net/tls.h"
#include "text/http1.h"

namespace lr::net {

/// One request and its answer. Lives on the connection's coroutine; every view dies with it.
class ServerExchange {
 public:
  virtual ~ServerExchange() = default;

  virtual const text::RequestHead& head() const = 0;
  virtual Endpoint peer() const = 0;
  virtual bool secure() const = 0;
  virtual EventLoop& loop() = 0;

  // The request body. Sends "100 Continue" when asked for and the handler starts reading.
  virtual bool has_body() const = 0;
  /// The next piece, "" at the end. The view lives until the next call.
  virtual Task<std::string_view> read_some() = 0;
  /// The whole body; kPayloadTooLarge above `max` (also when only the declared length says so).
  virtual Task<std::string_view> read_all(std::size_t max) = 0;
  /// The whole body when it came with the head and has at most `max` bytes, which is usual for
  /// small ones; nullopt otherwise, and then read_all() waits for it or says what is wrong.
  virtual std::optional<std::string_view> body_at_hand(std::size_t max) = 0;
  /// The whole body must have come by then: reading it fails with kRequestTimeout afterwards, also
  /// when the client keeps sending. For this exchange only.
  virtual void body_by(Deadline deadline) = 0;
  /// How long reading the body has waited for the client so far.
  virtual nanoseconds body_waited() const = 0;

  // The answer: either send(), or begin() write()* end().
  /// Framing fields (Content-Length, Transfer-Encoding, Connection, Date) are added here and must
  /// not be in `fields`. HEAD and 204/304 send no body.
  virtual Task<> send(int status, const text::Fields& fields, std::string_view body) = 0;
  /// send() without waiting: what the socket does not take now is copied and follows when the
  /// handler has returned. For handlers that answer from memory and are done then.
  virtual Result<> answer(int status, const text::Fields& fields, std::string_view body) = 0;
  /// `length` nullopt streams with chunked coding (or until close for HTTP/1.0).
  virtual Task<> begin(int status, const text::Fields& fields,
                       std::optional<std::uint64_t> length) = 0;
  virtual Task<> write(std::string_view bytes) = 0;
  virtual Task<> end() = 0;
  virtual bool started() const = 0;  ///< A status line was sent.
  /// Cuts the connection without an orderly end, so that the client sees a broken answer instead
  /// of a complete one.
  virtual void abort() = 0;
  /// Close the connection after this answer.
  virtual void close_after() = 0;
  /// Calls `on_gone` (on the loop's thread, at most once) when the client leaves while the handler
  /// is waiting elsewhere. Detected within about 250 ms. Cleared when the handler returns.
  virtual void watch_client(std::function<void()> on_gone) = 0;
};

/// Per-connection callbacks for what never reaches a handler.
struct ServerOptions {
  text::HeadLimits head;
  milliseconds head_timeout{10'000};  ///< From the first byte to the end of the head.
  milliseconds keep_alive_timeout{60'000};
  milliseconds body_idle_timeout{30'000};
  milliseconds write_timeout{30'000};  ///< A client that reads nothing for so long is cut.
  std::size_t connections_max = limits::kConnections;
  /// The whole answer, as bytes, to a head that did not parse or came too slowly; it must say
  /// "Connection: close", because the connection ends after it. Default: a short JSON error.
  std::function<std::string(const Error& error)> render_parse_error;
};

/// An error that a handler returns before it answered becomes a JSON error: with its own status
/// when its origin is kClient (a body that is too large, say), as 500 otherwise. After the answer
/// has begun, the connection is cut.
using Handler = std::function<Task<>(ServerExchange&)>;

/// One listener on one loop. With SO_REUSEPORT every loop has its own on the same port.
class HttpServer {
 public:
  HttpServer(EventLoop& loop, Handler handler, ServerOptions options = {});
  ~HttpServer();  ///< Stops listening. drain() first: running exchanges would go on.
  /// Binds now: kUnavailable naming the address when the port is taken. Port 0 picks one. With
  /// `reuse_port`, further loops of this process may listen on the same address; other processes
  /// may not (see Listener::open).
  Result<> listen(const Endpoint& address, bool reuse_port);
  Endpoint local() const;
  /// TLS for connections accepted from now on; call again to swap certificates.
  void set_tls(std::shared_ptr<TlsServerContext> tls);
  /// Stops accepting, lets running exchanges end, closes idle connections, cuts the rest at the
  /// deadline. Call on the loop's thread.
  Task<> drain(Deadline deadline);
  std::size_t connections() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lr::net
