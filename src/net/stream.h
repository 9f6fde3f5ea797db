// A byte stream over a non-blocking socket, plain or TLS, behind one small interface: try the
// system call first, and suspend only when it would block.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/event_loop.h"
#include "text/ip.h"

namespace lr::net {

struct Endpoint {
  text::IpAddress ip;
  std::uint16_t port = 0;
  /// "127.0.0.1:8080", "[::1]:8080".
  std::string str() const;
};

class Stream {
 public:
  virtual ~Stream() = default;

  /// Reads at least one byte into `out`; 0 means the peer ended its side cleanly.
  /// kDeadlineExceeded when the deadline set with expires() passes first; kUnavailable on a reset.
  virtual Task<std::size_t> read_some(std::span<char> out) = 0;
  /// Sends what fits into the socket now, without waiting, and returns how many bytes that was (0
  /// when nothing fits). Lets the usual small answer do without a coroutine frame.
  virtual Result<std::size_t> try_write(std::string_view first, std::string_view second) = 0;
  /// Writes all of it.
  virtual Task<> write_all(std::string_view bytes) = 0;
  /// Two buffers in one system call where possible.
  virtual Task<> write_all(std::string_view first, std::string_view second) = 0;
  /// Applies to every operation from now on; checked to about 50 ms.
  virtual void expires(Deadline deadline) = 0;
  /// True when the peer has closed or reset, without consuming anything. A system call.
  virtual bool peer_closed() const = 0;
  /// False when everything that had come was read and nothing is known to have come since: costs
  /// nothing, and may be a turn of the loop late.
  virtual bool may_be_readable() const { return true; }
  /// Bytes that were taken from the socket and not read yet, where the kernel cannot tell of them.
  virtual bool holds_input() const { return false; }
  /// Ends both sides at once; pending operations fail with kCancelled. Safe to call twice.
  virtual void close() = 0;
  /// Sends the end (TLS close_notify, TCP FIN) and drains briefly so that the peer gets the last
  /// bytes.
  virtual Task<> shutdown() = 0;
  virtual Endpoint peer() const = 0;
  virtual bool secure() const = 0;
  virtual int native_handle() const = 0;
};

}  // namespace lr::net
