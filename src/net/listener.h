// Listening sockets.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/socket_stream.h"

namespace lr::net {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

/// An acceptor bound to one address.
class Listener {
 public:
  explicit Listener(EventLoop& loop) : acceptor_(loop.executor()), loop_(loop) {}
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// With `reuse_port`, other loops of this process may listen on the same address. Another process
  /// may not: SO_REUSEPORT alone would let any process of the same user take a share of the
  /// connections without an error, so the address is first bound without it, unless this process
  /// itself already listens there.
  Result<> open(const Endpoint& address, bool reuse_port);
  void close();
  bool is_open() const { return acceptor_.is_open(); }
  Endpoint local() const { return local_; }
  /// The next connection. Out of descriptors or memory it pauses and goes on; fails only when the
  /// listener was closed.
  Task<Socket> accept();

 private:
  Acceptor acceptor_;
  EventLoop& loop_;
  Endpoint local_;
};

}  // namespace lr::net
