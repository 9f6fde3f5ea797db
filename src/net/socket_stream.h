// What plain and TLS streams share: the socket, its deadline, its end.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/awaiting.h"
#include "net/poller.h"
#include "net/stream.h"
#include "net/sweeper.h"

namespace lr::net {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

/// Plain TCP.
class SocketStream : public Stream, private Sweeper::Entry, private Poller::Entry {
 public:
  /// Takes a connected socket and makes it non-blocking, without Nagle's delay.
  SocketStream(EventLoop& loop, Socket socket);
  ~SocketStream() override;
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Task<std::size_t> read_some(std::span<char> out) override;
  Result<std::size_t> try_write(std::string_view first, std::string_view second) override;
  Task<> write_all(std::string_view bytes) override;
  Task<> write_all(std::string_view first, std::string_view second) override;
  void expires(Deadline deadline) override;
  bool peer_closed() const override;
  bool may_be_readable() const override { return readable_; }
  void close() override;
  Task<> shutdown() override;
  Endpoint peer() const override { return peer_; }
  bool secure() const override { return false; }
  int native_handle() const override { return open_ ? fd_ : -1; }

 protected:
  using Wait = asio::socket_base::wait_type;
  /// Suspends until the next edge, which comes after a system call has said EAGAIN; fails as any
  /// operation fails.
  Task<> wait(Wait what);
  /// Why an operation may not start, or nullopt.
  std::optional<Error> blocked() const;
  /// Names the failure of a system call.
  Error failure(const ErrorCode& error) const;
  /// Reads what the peer still sends, for at most a second, so that closing does not become a reset
  /// that destroys the last bytes on their way to the peer.
  Task<> linger();
  int fd() const { return fd_; }

 private:
  /// One coroutine that waits for bytes (for readiness alone: 0 bytes).
  using Handler =
      asio::async_result<asio::use_awaitable_t<Executor>, void(Result<std::size_t>)>::handler_type;
  using Waiter = std::optional<Handler>;
  struct Park;
  void on_deadline() override;
  void on_ready(std::uint32_t events) override;
  void abandon() override;
  Task<std::size_t> park(Waiter& waiter);
  std::optional<Result<std::size_t>> receive(std::span<char> out);
  static Waiter take(Waiter& waiter);
  void fail_waiter(Waiter& waiter);
  void catch_up();

  EventLoop& loop_;
  int fd_ = -1;
  bool open_ = true;
  bool expired_ = false;
  bool readable_ = true;    ///< Not drained since the last edge, as far as we know.
  bool ended_ = false;      ///< The peer's end or an error is there to be read.
  std::span<char> wanted_;  ///< Where the reader's bytes go; empty when it reads for itself.
  Waiter reader_;
  Waiter writer_;
  Endpoint peer_;
};

Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint);
asio::ip::tcp::endpoint from_endpoint(const Endpoint& endpoint);

}  // namespace lr::net
