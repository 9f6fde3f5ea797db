#include "net/socket_stream.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
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

SocketStream::SocketStream(EventLoop& loop, Socket socket) : loop_(loop) {
  ErrorCode ignored;
  socket.native_non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  ErrorCode unknown;
  const auto remote = socket.remote_endpoint(unknown);
  if (!unknown) peer_ = to_endpoint(remote);
  fd_ = socket.release(ignored);
  ::fcntl(fd_, F_SETFD, FD_CLOEXEC);  // A program started from here has no business with it.
  if (loop.poller().add(fd_, *this)) SocketStream::close();
}

SocketStream::~SocketStream() { SocketStream::close(); }

std::optional<Error> SocketStream::blocked() const {
  if (!open_) return Error(Code::kCancelled, "the connection was closed here");
  if (expired_) return Error(Code::kDeadlineExceeded, "the connection's deadline has passed");
  return std::nullopt;
}

Error SocketStream::failure(const ErrorCode& error) const {
  if (auto why = blocked()) return std::move(*why);
  return Error(Code::kUnavailable, peer_.str() + ": " + error.message());
}

/// Puts the waiting coroutine into its place. A task begins when it is awaited, which may be a turn
/// of the loop after the call that made it: an edge that came in between will not come again.
struct SocketStream::Park {
  void operator()(Handler&& handler, SocketStream* stream, Waiter* waiter) const {
    auto slot = handler.get_cancellation_slot();
    waiter->emplace(std::move(handler));
    if (slot.is_connected()) {
      slot.assign([stream, waiter](asio::cancellation_type) { stream->fail_waiter(*waiter); });
    }
    if (waiter == &stream->reader_) stream->catch_up();
  }
};

Task<std::size_t> SocketStream::park(Waiter& waiter) {
  constexpr asio::use_awaitable_t<Executor> kAwaitValue;
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<std::size_t>)>(
      Park(), kAwaitValue, this, &waiter);
}

namespace {

template <class Handler>
struct Settled {
  Handler handler;
  Result<std::size_t> result;
  void operator()() { std::move(handler)(std::move(result)); }
};

}  // namespace

SocketStream::Waiter SocketStream::take(Waiter& waiter) {
  Waiter taken = std::move(waiter);
  waiter.reset();
  return taken;
}

/// Ends a wait with what blocks the stream now, else as cancelled. Posted, so that whoever closes a
/// stream is not run over by its reader.
void SocketStream::fail_waiter(Waiter& waiter) {
  if (!waiter) return;
  Waiter taken = take(waiter);
  taken->get_cancellation_slot().clear();
  auto why = blocked();
  if (!why) why.emplace(Code::kCancelled, "the operation was cancelled");
  asio::post(loop_.executor(),
             Settled<Handler>{std::move(*taken), std::unexpected(std::move(*why))});
}

/// For a reader that begins to wait: what has happened since its read found nothing.
void SocketStream::catch_up() {
  if (blocked()) return fail_waiter(reader_);
  if (!readable_ || wanted_.empty()) return;
  auto got = receive(wanted_);
  if (!got) return;
  Waiter taken = take(reader_);
  taken->get_cancellation_slot().clear();
  asio::post(loop_.executor(), Settled<Handler>{std::move(*taken), std::move(*got)});
}

/// Destroying a handler destroys its coroutine, and this stream with it.
void SocketStream::abandon() {
  const Waiter reader = take(reader_);
  const Waiter writer = take(writer_);
}

/// One recv(2); nullopt when it would block. Less than was asked for means that there is no more
/// (epoll(7), "short reads").
std::optional<Result<std::size_t>> SocketStream::receive(std::span<char> out) {
  while (true) {
    const ssize_t got = ::recv(fd_, out.data(), out.size(), MSG_DONTWAIT);
    if (got >= 0) {
      readable_ = ended_ || static_cast<std::size_t>(got) == out.size();
      return static_cast<std::size_t>(got);
    }
    if (errno == EINTR) continue;
    if (!would_block(errno)) return std::unexpected(failure(last_error()));
    readable_ = false;
    return std::nullopt;
  }
}

void SocketStream::on_ready(std::uint32_t events) {
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) ended_ = true;
  const bool input = ended_ || (events & EPOLLIN) != 0;
  if (input) readable_ = true;
  std::optional<Result<std::size_t>> got;
  if (reader_ && input) {
    if (wanted_.empty()) {
      got.emplace(std::size_t{0});
    } else {
      got = receive(wanted_);
    }
  }
  const bool room = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  Waiter reader = got ? take(reader_) : std::nullopt;
  Waiter writer = room ? take(writer_) : std::nullopt;
  // Each may destroy this stream.
  if (reader) std::move (*reader)(std::move(*got));
  if (writer) std::move (*writer)(Result<std::size_t>(std::size_t{0}));
}

Task<std::size_t> SocketStream::read_some(std::span<char> out) {
  if (auto why = blocked()) return settled(std::unexpected(std::move(*why)));
  if (readable_) {
    if (auto got = receive(out)) return settled(std::move(*got));
  }
  wanted_ = out;
  return park(reader_);
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
  if (what == Socket::wait_read) wanted_ = {};
  Waiter& waiter = what == Socket::wait_read ? reader_ : writer_;
  const Result<std::size_t> woken = co_await park(waiter);
  if (!woken) co_return std::unexpected(woken.error());
  co_return Result<>();
}

void SocketStream::expires(Deadline deadline) {
  expired_ = false;
  loop_.sweeper().set(*this, deadline.when());
}

void SocketStream::on_deadline() {
  expired_ = true;
  fail_waiter(reader_);
  fail_waiter(writer_);
}

bool SocketStream::peer_closed() const {
  if (!open_) return true;
  pollfd entry{fd_, POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) > 0 && entry.revents != 0;
}

void SocketStream::close() {
  if (!open_) return;
  open_ = false;
  Sweeper::Entry::unlink();
  if (Poller::Entry::linked()) loop_.poller().remove(fd_, *this);
  ::close(fd_);
  fail_waiter(reader_);
  fail_waiter(writer_);
}

Task<> SocketStream::shutdown() {
  if (!open_) co_return Result<>();
  ::shutdown(fd_, SHUT_WR);
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
