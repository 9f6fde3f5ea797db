#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "net/client_exchange.h"
#include "net/http_client.h"

namespace lr::net {
namespace {

/// A kept connection may be used when its peer has neither ended it nor said anything unasked.
bool is_quiet(const Stream& stream) {
  char byte;
  const ssize_t got = ::recv(stream.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

constexpr seconds kKeptFor{50};

}  // namespace

struct ConnectionPool::Impl : ConnectionKeeper {
  Impl(EventLoop& owner, text::Url url, std::shared_ptr<TlsClientContext> context)
      : loop(owner), origin(std::move(url)), tls(std::move(context)) {}

  void give_back(std::unique_ptr<ClientConnection> connection) override {
    --busy;
    connection->kept_since = loop.now();
    kept.push_back(std::move(connection));
  }
  void drop() override { --busy; }

  /// The one used last, which is the least likely to have been closed. `look` asks the kernel
  /// whether the peer is quiet; otherwise what the loop knows will do.
  std::unique_ptr<ClientConnection> take_kept(bool look) {
    const MonoTime too_old = loop.now() - kKeptFor;
    while (!kept.empty()) {
      auto connection = std::move(kept.back());
      kept.pop_back();
      const Stream& stream = *connection->stream;
      const bool quiet = look || stream.may_be_readable() ? is_quiet(stream) : true;
      if (connection->kept_since > too_old && quiet) return connection;
    }
    return nullptr;
  }
  /// The oldest go first; a few at a time keeps the work small and the list short.
  void prune() {
    const MonoTime too_old = loop.now() - kKeptFor;
    std::size_t count = 0;
    while (count < kept.size() && count < 4 && kept[count]->kept_since <= too_old) ++count;
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(count));
  }

  EventLoop& loop;
  text::Url origin;
  std::optional<Endpoint> address;
  std::shared_ptr<TlsClientContext> tls;
  ClientTimeouts timeouts;
  std::size_t connections_max = 0;
  std::size_t busy = 0;
  std::vector<std::unique_ptr<ClientConnection>> kept;
};

std::unique_ptr<ClientExchange> ConnectionPool::take(const ClientTimeouts& timeouts) {
  Impl& impl = *impl_;
  if (impl.busy >= impl.connections_max) return nullptr;
  impl.prune();
  auto connection = impl.take_kept(false);
  if (connection == nullptr) return nullptr;
  ++impl.busy;
  return make_client_exchange(impl.loop, impl_, std::move(connection), timeouts, true);
}

ConnectionPool::ConnectionPool(EventLoop& loop, text::Url origin,
                               std::shared_ptr<TlsClientContext> tls, ClientTimeouts timeouts,
                               std::size_t connections_max)
    : impl_(std::make_shared<Impl>(loop, std::move(origin), std::move(tls))) {
  impl_->timeouts = timeouts;
  impl_->connections_max = connections_max;
}

ConnectionPool::~ConnectionPool() { impl_->kept.clear(); }

std::size_t ConnectionPool::idle() const { return impl_->kept.size(); }
std::size_t ConnectionPool::busy() const { return impl_->busy; }
void ConnectionPool::connect_to(const Endpoint& address) { impl_->address = address; }

namespace {

/// Counts a connection as busy while it is being made.
class Slot {
 public:
  explicit Slot(std::shared_ptr<ConnectionKeeper> keeper) : keeper_(std::move(keeper)) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    if (keeper_) keeper_->drop();
  }
  std::shared_ptr<ConnectionKeeper> release() { return std::exchange(keeper_, nullptr); }

 private:
  std::shared_ptr<ConnectionKeeper> keeper_;
};

}  // namespace

Task<std::unique_ptr<ClientExchange>> ConnectionPool::acquire(ClientTimeouts timeouts, bool fresh) {
  auto impl = impl_;
  impl->loop.refresh_now();
  if (impl->busy >= impl->connections_max) {
    co_return fail(Code::kResourceExhausted,
                   "all " + std::to_string(impl->busy) + " connections to " +
                       impl->origin.origin() + " are busy",
                   Origin::kUpstream);
  }
  ++impl->busy;
  Slot slot(impl);
  impl->prune();
  std::unique_ptr<ClientConnection> connection = fresh ? nullptr : impl->take_kept(true);
  const bool reused = connection != nullptr;
  if (!reused) {
    const Deadline deadline = Deadline::after(std::min(timeouts.connect, timeouts.total));
    LR_CO_TRY(auto stream,
              co_await connect(impl->loop, impl->origin, impl->tls, deadline, impl->address));
    connection = std::make_unique<ClientConnection>();
    connection->stream = std::move(stream);
  }
  co_return make_client_exchange(impl->loop, slot.release(), std::move(connection), timeouts,
                                 reused);
}

}  // namespace lr::net
