#include "net/datagram.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "net/socket_stream.h"

namespace lr::net {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> failed(const Endpoint& server, int error) {
  return fail(Code::kUnavailable, server.str() + ": " + std::strerror(error), Origin::kUpstream);
}

/// Milliseconds for poll(2), rounded up; 0 when the time is up.
int left(Deadline deadline) {
  const auto rest =
      std::chrono::ceil<milliseconds>(deadline.when() - std::chrono::steady_clock::now());
  if (deadline.when() == MonoTime::max()) return -1;
  return static_cast<int>(
      std::clamp<std::int64_t>(rest.count(), 0, std::numeric_limits<int>::max()));
}

/// True when a datagram, or the news that the port is closed, is there.
Result<> wait_readable(int fd, const Endpoint& server, Deadline deadline) {
  while (true) {
    pollfd entry{fd, POLLIN, 0};
    const int ready = ::poll(&entry, 1, left(deadline));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed(server, errno);
    if (deadline.expired(std::chrono::steady_clock::now())) {
      return fail(Code::kDeadlineExceeded, server.str() + " did not answer in time",
                  Origin::kUpstream);
    }
  }
}

}  // namespace

Result<std::string> exchange_datagrams(const Endpoint& server, std::string_view request,
                                       Deadline deadline,
                                       const std::function<bool(std::string_view)>& accept) {
  const auto to = from_endpoint(server);
  const Descriptor socket(
      ::socket(to.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0 ||
      ::connect(socket.get(), to.data(), static_cast<socklen_t>(to.size())) != 0 ||
      ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return failed(server, errno);
  }
  std::string answer(kDatagramBytes, '\0');
  for (std::size_t refused = 0; refused < kRefusedDatagrams;) {
    LR_TRY_VOID(wait_readable(socket.get(), server, deadline));
    const ssize_t got = ::recv(socket.get(), answer.data(), answer.size(), 0);
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      return failed(server, errno);
    }
    const std::string_view datagram(answer.data(), static_cast<std::size_t>(got));
    if (accept(datagram)) return std::string(datagram);
    ++refused;
  }
  return fail(Code::kResourceExhausted,
              server.str() + " sends datagrams that are no answer to the question",
              Origin::kUpstream);
}

}  // namespace lr::net
