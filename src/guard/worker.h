// One core's share of the guard: a thread, an event loop, a listener on the shared port, its own
// upstream connections, token cache and counters.
#pragma once

#include <future>
#include <memory>
#include <thread>

#include "base/log.h"
#include "base/rng.h"
#include "guard/audit_trail.h"
#include "guard/jwks_cache.h"
#include "guard/lane.h"
#include "guard/pipeline.h"

namespace lr::guard {

/// What all workers share. Everything may be used from any thread and outlives them.
struct SharedParts {
  const Clock& clock;
  store::OwnershipStore& ownership;
  store::RateStore& rates;
  store::Ledger& ledger;
  Log* log = nullptr;  ///< Null: no access log.
  std::shared_ptr<net::TlsClientContext> tls;
  JwksTimes jwks;
  milliseconds head_timeout{10'000};  ///< For a client's request head.
};

/// What one version of the contract gives to every worker.
struct Plan {
  SnapshotPtr snapshot;
  std::shared_ptr<CircuitBreaker> breaker;
  std::shared_ptr<net::TlsServerContext> tls;  ///< Null: plain HTTP.
};

class Worker {
 public:
  Worker(const SharedParts& shared, WorkerMetrics& metrics);
  ~Worker();  ///< Stops at once if drain() was not called.
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Before start(), in this order.
  Result<> use_first(const Plan& plan);
  Result<> listen(const net::Endpoint& address);
  net::Endpoint local() const { return server_.local(); }
  void start();

  /// From other threads. prepare() compiles on the loop and waits; nothing changes before adopt().
  Result<LanePtr> prepare(const Plan& plan);
  void adopt(LanePtr lane, const Plan& plan);
  /// Stops accepting, lets requests end until the deadline, and ends the thread. Returns at once;
  /// join() waits.
  void drain(Deadline deadline);
  void join();

 private:
  Result<LanePtr> compile(const Plan& plan);
  void install(LanePtr lane, const Plan& plan);
  static net::Task<> watch_over(Worker& worker);
  static net::Task<> wind_down(Worker& worker, Deadline deadline);
  void run();

  SharedParts shared_;
  WorkerMetrics& metrics_;
  SystemRng system_rng_;
  std::unique_ptr<Rng> rng_;
  net::EventLoop loop_;
  JwksCache keys_;
  AuditTrail trail_;
  Pipeline pipeline_;
  net::HttpServer server_;
  net::TaskScope housekeeping_;
  std::shared_ptr<CircuitBreaker> breaker_;
  std::shared_ptr<Upstream> upstream_;
  Deadline deadline_ = Deadline::never();
  bool ended_ = false;
  std::thread thread_;
};

/// The answer to a head that never became a request.
std::string render_parse_error(Code code, const std::string& request_id);

}  // namespace lr::guard
