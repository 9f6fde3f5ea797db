#include "net/http_server.h"

#include "net/listener.h"
#include "net/server_connection.h"
#include "net/tls_stream.h"

namespace lr::net {

struct HttpServer::Impl : ServerShared, std::enable_shared_from_this<HttpServer::Impl> {
  Impl(EventLoop& owner, Handler handle, ServerOptions settings)
      : ServerShared(owner, std::move(handle), std::move(settings)),
        listener(owner),
        accepting(owner),
        serving(owner) {}

  Listener listener;
  TaskScope accepting;
  TaskScope serving;
  std::shared_ptr<TlsServerContext> tls;
};

namespace {

constexpr milliseconds kDrainLook{20};

Task<> serve_socket(std::shared_ptr<ServerShared> shared, Socket socket,
                    std::shared_ptr<TlsServerContext> tls) {
  std::unique_ptr<Stream> stream;
  if (tls) {
    const Deadline deadline = Deadline::after(shared->options.head_timeout);
    LR_CO_TRY(stream, co_await accept_tls(shared->loop, std::move(socket), *tls, deadline));
  } else {
    stream = std::make_unique<SocketStream>(shared->loop, std::move(socket));
  }
  ServerConnection connection(shared, std::move(stream));
  co_return co_await connection.serve();
}

template <class Impl>
Task<> accept_connections(std::shared_ptr<Impl> impl) {
  while (true) {
    LR_CO_TRY(Socket socket, co_await impl->listener.accept());
    // Over the bound the connection is closed at once: the cheapest answer there is.
    if (impl->serving.running() >= impl->options.connections_max) continue;
    impl->serving.spawn(serve_socket(impl, std::move(socket), impl->tls));
  }
}

}  // namespace

HttpServer::HttpServer(EventLoop& loop, Handler handler, ServerOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(handler), std::move(options))) {}

HttpServer::~HttpServer() { impl_->listener.close(); }

Result<> HttpServer::listen(const Endpoint& address, bool reuse_port) {
  LR_TRY_VOID(impl_->listener.open(address, reuse_port));
  impl_->accepting.spawn(accept_connections(impl_));
  return {};
}

Endpoint HttpServer::local() const { return impl_->listener.local(); }

void HttpServer::set_tls(std::shared_ptr<TlsServerContext> tls) { impl_->tls = std::move(tls); }

std::size_t HttpServer::connections() const { return impl_->serving.running(); }

Task<> HttpServer::drain(Deadline deadline) {
  auto impl = impl_;
  impl->draining = true;
  impl->listener.close();
  for (WheelLink* link = impl->connections.next; link != &impl->connections; link = link->next) {
    static_cast<ServerConnection&>(*link).close_if_idle();
  }
  while (impl->serving.running() != 0 && !deadline.expired(std::chrono::steady_clock::now())) {
    LR_CO_TRY_VOID(co_await sleep_for(kDrainLook));
  }
  const Deadline soon = Deadline::after(seconds(1));
  LR_CO_TRY_VOID(co_await impl->serving.close(soon));
  co_return co_await impl->accepting.close(soon);
}

}  // namespace lr::net
