// The operator's listener: health, metrics, reload. Loopback unless the contract says otherwise,
// because it has no login.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "net/http_client.h"
#include "net/http_server.h"

namespace lr::guard {

/// What the admin listener asks of the guard. Called on the control loop's thread.
struct AdminHooks {
  std::function<std::string()> metrics;
  std::function<Result<>()> reload;  ///< May take a while; blocks this listener only.
  std::function<bool()> draining;
  std::function<bool()> ledger_healthy;
  std::function<text::Url()> upstream;  ///< As of now; for the reachability probe.
  std::shared_ptr<net::TlsClientContext> tls;
};

class Admin {
 public:
  Admin(net::EventLoop& loop, AdminHooks hooks);
  Result<> listen(const net::Endpoint& address);
  net::Endpoint local() const { return server_.local(); }
  net::Task<> drain(Deadline deadline) { return server_.drain(deadline); }
  bool ready() const { return ready_.load(std::memory_order_relaxed); }

 private:
  net::Task<> handle(net::ServerExchange& exchange);
  net::Task<> answer_readiness(net::ServerExchange& exchange);
  net::Task<> answer_reload(net::ServerExchange& exchange);
  net::Task<bool> upstream_reachable();

  net::EventLoop& loop_;
  AdminHooks hooks_;
  net::HttpServer server_;
  bool loopback_only_ = true;
  std::atomic<bool> ready_{false};
  /// The last probe's outcome serves for a moment, so that a busy prober does not become load.
  bool reachable_ = false;
  MonoTime probed_{};
};

}  // namespace lr::guard
