#include "net/socket_stream.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <cerrno>

#include "base/limits.h"

namespace lr::net {
namespace {

constexpr seconds kLinger{1};
constexpr std::size_t kLingerBytes = 256 * limits::kKiB;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

ErrorCode last_error() { return ErrorCode(errno, boost::system::system_category()); }

/// What is known without waiting, as a task.
Task<std::size_t> settled(Result<std::size_t> result) { co_return result; }

}  // namespace

Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint) {
  Endpoint out;
  out.port = endpoint.port();
  if (endpoint.address().is_v4()) {
    const auto bytes = endpoint.address().to_v4().to_bytes();
    out.ip.bytes[10] = out.ip.bytes[11] = 0xff;
    std::copy(bytes.begin(), bytes.end(), out.ip.bytes.begin() + 12);
  } else {
    const auto bytes = endpoint.address().to_v6().to_bytes();
    std::copy(bytes.begin(), bytes.end(), out.ip.bytes.begin());
  }
  return out;
}

asio::ip::tcp::endpoint from_endpoint(const Endpoint& endpoint) {
  if (endpoint.ip.is_v4()) {
    asio::ip::address_v4::bytes_type bytes;
    std::copy(endpoint.ip.bytes.begin() + 12, endpoint.ip.bytes.end(), bytes.begin());
    return {asio::ip::address_v4(bytes), endpoint.port};
  }
  asio::ip::address_v6::bytes_type bytes;
  std::copy(endpoint.ip.bytes.begin(), endpoint.ip.bytes.end(), bytes.begin());
  return {asio::ip::address_v6(bytes), endpoint.port};
}

std::string Endpoint::str() const {
  std::string text = ip.is_v4() ? ip.str() : "[" + ip.str() + "]";
  return text + ":" + std::to_string(port);
}

SocketStream::SocketStream(EventLoop& loop, Socket socket)
    : sweeper_(loop.sweeper()), socket_(std::move(socket)), fd_(socket_.native_handle()) {
  ErrorCode ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  ErrorCode unknown;
  const auto remote = socket_.remote_endpoint(unknown);
  if (!unknown) peer_ = to_endpoint(remote);
}

std::optional<Error> SocketStream::blocked() const {
  if (!open_) return Error(Code::kCancelled, "the connection was closed here");
  if (expired_) return Error(Code::kDeadlineExceeded, "the connection's deadline has passed");
  return std::nullopt;
}

Error SocketStream::failure(const ErrorCode& error) const {
  if (auto why = blocked()) return std::move(*why);
  if (error == asio::error::operation_aborted) {
    return Error(Code::kCancelled, "the operation was cancelled");
  }
  return Error(Code::kUnavailable, peer_.str() + ": " + error.message());
}

/// Starts a receive operation of Asio whose outcome is a Result at once, so that a read costs one
/// coroutine frame and not two.
struct SocketStream::Receive {
  template <class Handler>
  struct Completion {
    using executor_type = asio::associated_executor_t<Handler, Executor>;
    using cancellation_slot_type = asio::associated_cancellation_slot_t<Handler>;
    Handler handler;
    SocketStream* stream;
    std::size_t asked;

    executor_type get_executor() const noexcept {
      return asio::get_associated_executor(handler, stream->socket_.get_executor());
    }
    cancellation_slot_type get_cancellation_slot() const noexcept {
      return asio::get_associated_cancellation_slot(handler);
    }
    void operator()(const ErrorCode& error, std::size_t count) {
      std::move(handler)(stream->received(error, count, asked));
    }
  };

  template <class Handler>
  void operator()(Handler&& handler, SocketStream* stream, std::span<char> out) const {
    stream->socket_.async_receive(
        asio::buffer(out.data(), out.size()),
        Completion<std::decay_t<Handler>>{std::forward<Handler>(handler), stream, out.size()});
  }
};

Result<std::size_t> SocketStream::received(const ErrorCode& error, std::size_t count,
                                           std::size_t asked) {
  if (!error && !blocked()) {
    last_read_was_full_ = count == asked;
    return count;
  }
  if (error == asio::error::eof && !blocked()) return std::size_t{0};
  return std::unexpected(failure(error));
}

/// Asio tries recv(2) itself before it waits. A full read is followed by a direct one, because
/// more is likely there and the queue of the loop can be spared.
Task<std::size_t> SocketStream::read_some(std::span<char> out) {
  if (auto why = blocked()) return settled(std::unexpected(std::move(*why)));
  if (last_read_was_full_) {
    const ssize_t got = ::recv(fd_, out.data(), out.size(), MSG_DONTWAIT);
    if (got > 0) {
      last_read_was_full_ = static_cast<std::size_t>(got) == out.size();
      return settled(static_cast<std::size_t>(got));
    }
  }
  constexpr asio::use_awaitable_t<Executor> kAwaitValue;
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<std::size_t>)>(
      Receive(), kAwaitValue, this, out);
}

Result<std::size_t> SocketStream::try_write(std::string_view first, std::string_view second) {
  if (auto why = blocked()) return std::unexpected(std::move(*why));
  iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                    {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  while (true) {
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (would_block(errno)) return std::size_t{0};
    return std::unexpected(failure(last_error()));
  }
}

Task<> SocketStream::write_all(std::string_view bytes) { return write_all(bytes, {}); }

Task<> SocketStream::write_all(std::string_view first, std::string_view second) {
  while (!first.empty() || !second.empty()) {
    Result<std::size_t> sent = try_write(first, second);
    if (!sent) co_return std::unexpected(std::move(sent).error());
    if (*sent == 0) {
      LR_CO_TRY_VOID(co_await wait(Socket::wait_write));
      continue;
    }
    const std::size_t of_first = std::min(*sent, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(*sent - of_first);
  }
  co_return Result<>();
}

Task<> SocketStream::wait(Wait what) {
  if (auto why = blocked()) co_return std::unexpected(std::move(*why));
  auto [error] = co_await socket_.async_wait(what, kAwait);
  if (auto why = blocked()) co_return std::unexpected(std::move(*why));
  if (error) co_return std::unexpected(failure(error));
  co_return Result<>();
}

void SocketStream::expires(Deadline deadline) {
  expired_ = false;
  sweeper_.set(*this, deadline.when());
}

void SocketStream::on_deadline() {
  expired_ = true;
  ErrorCode ignored;
  if (open_) socket_.cancel(ignored);
}

bool SocketStream::peer_closed() const {
  if (!open_) return true;
  pollfd entry{fd_, POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) > 0 && entry.revents != 0;
}

void SocketStream::close() {
  if (!open_) return;
  open_ = false;
  unlink();
  ErrorCode ignored;
  socket_.close(ignored);
}

Task<> SocketStream::shutdown() {
  if (!open_) co_return Result<>();
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  co_return co_await linger();
}

Task<> SocketStream::linger() {
  expires(Deadline::after(kLinger));
  std::array<char, 2048> sink;
  for (std::size_t drained = 0; drained < kLingerBytes;) {
    Result<std::size_t> got = co_await SocketStream::read_some(sink);
    if (!got || *got == 0) break;
    drained += *got;
  }
  close();
  co_return Result<>();
}

}  // namespace lr::net
