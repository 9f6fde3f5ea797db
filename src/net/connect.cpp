#include <boost/asio/ip/basic_resolver.hpp>

#include "net/http_client.h"
#include "net/socket_stream.h"
#include "net/tls_stream.h"

namespace lr::net {
namespace {

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using Addresses = std::vector<asio::ip::tcp::endpoint>;

constexpr std::size_t kAddressesTried = 8;

/// A look-up under way. getaddrinfo(3) cannot be interrupted, so the waiter may leave before it
/// ends; the answer then finds nobody.
struct LookUp {
  explicit LookUp(Executor executor) : resolver(executor), arrived(executor) {}
  Resolver resolver;
  Timer arrived;  ///< Cancelled when the answer is there.
  bool done = false;
  ErrorCode error;
  Addresses addresses;
};

struct OnResolved {
  std::shared_ptr<LookUp> look_up;
  void operator()(const ErrorCode& error, const Resolver::results_type& results) const {
    look_up->done = true;
    look_up->error = error;
    for (const auto& entry : results) {
      if (look_up->addresses.size() < kAddressesTried) {
        look_up->addresses.push_back(entry.endpoint());
      }
    }
    look_up->arrived.cancel();
  }
};

Task<Addresses> resolve(EventLoop& loop, text::Url origin, Deadline deadline) {
  if (Result<text::IpAddress> ip = text::parse_ip(origin.host)) {
    co_return Addresses{from_endpoint({*ip, origin.port})};
  }
  auto look_up = std::make_shared<LookUp>(loop.executor());
  look_up->arrived.expires_at(deadline.when());
  look_up->resolver.async_resolve(origin.host, std::to_string(origin.port),
                                  Resolver::numeric_service, OnResolved{look_up});
  co_await look_up->arrived.async_wait(kAwait);
  if (!look_up->done) {
    co_return fail(Code::kDeadlineExceeded, "looking up " + origin.host + " took too long",
                   Origin::kUpstream);
  }
  if (look_up->error) {
    co_return fail(Code::kUnavailable,
                   "cannot look up " + origin.host + ": " + look_up->error.message(),
                   Origin::kUpstream);
  }
  co_return std::move(look_up->addresses);
}

struct CancelSocket {
  std::shared_ptr<Socket> socket;
  void operator()(const ErrorCode& error) const {
    if (error) return;
    ErrorCode ignored;
    socket->close(ignored);
  }
};

Task<Socket> connect_one(EventLoop& loop, asio::ip::tcp::endpoint address, Deadline deadline) {
  auto socket = std::make_shared<Socket>(loop.executor());
  Timer timer(loop.executor());
  timer.expires_at(deadline.when());
  timer.async_wait(CancelSocket{socket});
  auto [error] = co_await socket->async_connect(address, kAwait);
  timer.cancel();
  const std::string name = to_endpoint(address).str();
  if (!socket->is_open() || deadline.expired(std::chrono::steady_clock::now())) {
    co_return fail(Code::kDeadlineExceeded, "connecting to " + name + " took too long",
                   Origin::kUpstream);
  }
  if (error) {
    co_return fail(Code::kUnavailable, "cannot connect to " + name + ": " + error.message(),
                   Origin::kUpstream);
  }
  co_return std::move(*socket);
}

/// What is left, shared evenly among the addresses still to try, so that a dead first one (an IPv6
/// address without a route, often) does not use it all up.
Deadline share_of(Deadline deadline, std::size_t addresses_left) {
  if (deadline.when() == MonoTime::max()) return deadline;
  const MonoTime now = std::chrono::steady_clock::now();
  return Deadline::at(now + (deadline.when() - now) / static_cast<std::int64_t>(addresses_left));
}

}  // namespace

Task<std::unique_ptr<Stream>> connect(EventLoop& loop, text::Url origin,
                                      std::shared_ptr<TlsClientContext> tls, Deadline deadline,
                                      std::optional<Endpoint> address) {
  if (origin.scheme == "https" && !tls) {
    LR_CO_TRY(tls, TlsClientContext::create());
  }
  Addresses addresses;
  if (address) {
    addresses.push_back(from_endpoint(*address));
  } else {
    LR_CO_TRY(addresses, co_await resolve(loop, origin, deadline));
  }
  Error last(Code::kUnavailable, "no address for " + origin.host, Origin::kUpstream);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Deadline share = share_of(deadline, addresses.size() - i);
    Result<Socket> socket = co_await connect_one(loop, addresses[i], share);
    if (!socket) {
      last = std::move(socket).error();
      continue;
    }
    if (origin.scheme == "https") {
      co_return co_await connect_tls(loop, std::move(*socket), *tls, origin.host, deadline);
    }
    co_return std::make_unique<SocketStream>(loop, std::move(*socket));
  }
  co_return std::unexpected(std::move(last));
}

}  // namespace lr::net
