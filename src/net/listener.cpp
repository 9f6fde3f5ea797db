#include "net/listener.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <map>
#include <mutex>

namespace lr::net {
namespace {

constexpr milliseconds kPauseOnShortage{100};

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// The addresses this process listens on with SO_REUSEPORT: the operating system's table, as far as
/// it is ours, and so a matter of the whole process.
class OwnAddresses {
 public:
  static OwnAddresses& of_process() {
    static OwnAddresses table;
    return table;
  }
  void add(const std::string& address) {
    const std::lock_guard lock(mutex_);
    ++count_[address];
  }
  void remove(const std::string& address) {
    const std::lock_guard lock(mutex_);
    auto found = count_.find(address);
    if (found != count_.end() && --found->second == 0) count_.erase(found);
  }
  bool contains(const std::string& address) {
    const std::lock_guard lock(mutex_);
    return count_.contains(address);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> count_;
};

std::string lower_first(std::string text) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

std::unexpected<Error> cannot_listen(const Endpoint& address, const ErrorCode& error) {
  return fail(Code::kInvalidArgument, "cannot listen on " + address.str() + ": " +
                                          lower_first(error.message()) +
                                          "; choose another address or port");
}

ErrorCode bind_to(Acceptor& acceptor, const Endpoint& address, bool reuse_port) {
  ErrorCode error;
  const auto endpoint = from_endpoint(address);
  acceptor.open(endpoint.protocol(), error);
  if (!error) ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && reuse_port) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  return error;
}

/// The connection is gone or never was one; the next accept may succeed at once.
bool concerns_one_connection(const ErrorCode& error) {
  switch (error.value()) {
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case EINTR:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<> Listener::open(const Endpoint& address, bool reuse_port) {
  if (reuse_port && !OwnAddresses::of_process().contains(address.str())) {
    Acceptor probe(loop_.executor());
    if (const ErrorCode error = bind_to(probe, address, false)) {
      return cannot_listen(address, error);
    }
  }
  ErrorCode error = bind_to(acceptor_, address, reuse_port);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    ErrorCode ignored;
    acceptor_.close(ignored);
    return cannot_listen(address, error);
  }
  local_ = to_endpoint(acceptor_.local_endpoint(error));
  OwnAddresses::of_process().add(local_.str());
  return {};
}

void Listener::close() {
  if (!acceptor_.is_open()) return;
  OwnAddresses::of_process().remove(local_.str());
  ErrorCode ignored;
  acceptor_.close(ignored);
}

Task<Socket> Listener::accept() {
  while (acceptor_.is_open()) {
    Socket socket(loop_.executor());
    auto [error] = co_await acceptor_.async_accept(socket, kAwait);
    if (!error) co_return socket;
    if (error == asio::error::operation_aborted) break;
    if (concerns_one_connection(error)) continue;
    co_await sleep_for(kPauseOnShortage);
  }
  co_return fail(Code::kCancelled, "the listener was closed");
}

}  // namespace lr::net
