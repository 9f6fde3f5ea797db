// What plain and TLS streams share: the socket, its deadline, its end.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/awaiting.h"
#include "net/stream.h"
#include "net/sweeper.h"

namespace lr::net {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

/// Plain TCP.
class SocketStream : public Stream, private Sweeper::Entry {
 public:
  /// Takes a connected socket and makes it non-blocking, without Nagle's delay.
  SocketStream(EventLoop& loop, Socket socket);

  Task<std::size_t> read_some(std::span<char> out) override;
  Result<std::size_t> try_write(std::string_view first, std::string_view second) override;
  Task<> write_all(std::string_view bytes) override;
  Task<> write_all(std::string_view first, std::string_view second) override;
  void expires(Deadline deadline) override;
  bool peer_closed() const override;
  void close() override;
  Task<> shutdown() override;
  Endpoint peer() const override { return peer_; }
  bool secure() const override { return false; }
  int native_handle() const override { return open_ ? fd_ : -1; }

 protected:
  using Wait = asio::socket_base::wait_type;
  /// Suspends until the socket is ready; fails as any operation fails.
  Task<> wait(Wait what);
  /// Why an operation may not start, or nullopt.
  std::optional<Error> blocked() const;
  /// Names the failure of a system call or of Asio.
  Error failure(const ErrorCode& error) const;
  /// Reads what the peer still sends, for at most a second, so that closing does not become a reset
  /// that destroys the last bytes on their way to the peer.
  Task<> linger();
  int fd() const { return fd_; }

 private:
  struct Receive;
  void on_deadline() override;
  Result<std::size_t> received(const ErrorCode& error, std::size_t count, std::size_t asked);

  Sweeper& sweeper_;
  Socket socket_;
  int fd_;
  bool open_ = true;
  bool expired_ = false;
  bool last_read_was_full_ = false;
  Endpoint peer_;
};

Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint);
asio::ip::tcp::endpoint from_endpoint(const Endpoint& endpoint);

}  // namespace lr::net
