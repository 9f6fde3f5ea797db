#include "guard/gateway.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/processors.h"
#include "contract/load.h"
#include "guard/ledger_key.h"
#include "net/blocking_pool.h"

namespace lr::guard {
namespace {

constexpr std::size_t kRateKeysMax = 200'000;

net::Endpoint endpoint(const contract::ListenAddress& address) {
  return {.ip = address.ip, .port = address.port};
}

unsigned worker_count(const contract::Contract& contract) {
  if (contract.guard.workers != 0) return contract.guard.workers;
  return static_cast<unsigned>(usable_processors());
}

Result<std::shared_ptr<net::TlsServerContext>> load_tls(const contract::Contract& contract) {
  const contract::GuardSettings& guard = contract.guard;
  if (!guard.tls_certificate || !guard.tls_key) return std::shared_ptr<net::TlsServerContext>();
  return net::TlsServerContext::load(*guard.tls_certificate, *guard.tls_key);
}

RedirectRule redirect_rule(const Snapshot& snapshot, std::uint16_t https_port) {
  RedirectRule rule;
  rule.hosts = snapshot.contract.guard.hosts;
  rule.port = https_port;
  const contract::Environment* environment = snapshot.environment;
  if (environment != nullptr && environment->url && environment->url->scheme == "https") {
    rule.public_authority = environment->url->authority();
  }
  return rule;
}

bool same(const contract::ListenAddress& a, const contract::ListenAddress& b) {
  return a.ip == b.ip && a.port == b.port;
}

bool same(const contract::SecretRef& a, const contract::SecretRef& b) {
  return a.kind == b.kind && a.name == b.name;
}

/// Both absent, or both there and the same.
template <class Setting>
bool same(const std::optional<Setting>& a, const std::optional<Setting>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

/// What cannot change while running; named when a reload tries.
Result<> check_unchanged(const contract::GuardSettings& before,
                         const contract::GuardSettings& after) {
  const auto changed = [](std::string_view what) {
    return fail(Code::kInvalidArgument, fmt::format("{} changed: restart the guard for that", what),
                Origin::kContract);
  };
  if (!same(before.listen, after.listen)) return changed("guard.listen");
  if (!same(before.admin, after.admin)) return changed("guard.admin");
  if (!same(before.redirect, after.redirect)) return changed("guard.redirect");
  if (before.workers != after.workers) return changed("guard.workers");
  if (before.tls_certificate.has_value() != after.tls_certificate.has_value()) {
    return changed("guard.tls");
  }
  if (before.ledger_path != after.ledger_path) return changed("guard.ledger");
  if (!same(before.ledger_key, after.ledger_key)) return changed("guard.ledger_key");
  if (before.state_path != after.state_path) return changed("guard.state");
  return {};
}

class Gateway final : public Guard {
 public:
  Gateway(GuardOptions options, GuardParts parts)
      : options_(std::move(options)), parts_(parts), blocking_(1) {}
  ~Gateway() override { stop(); }

  Result<> open();
  std::uint16_t port() const override { return port_; }
  std::uint16_t admin_port() const override { return admin_port_; }
  Result<> reload() override;
  void stop() override;

 private:
  Result<> open_stores(const contract::Contract& contract);
  Result<> open_workers();
  Result<> open_control();
  Result<Plan> make_plan() const;
  Result<> try_reload();
  AdminHooks admin_hooks();
  std::string render_metrics();
  void run_control();
  static net::Task<> wind_down_control(Gateway& gateway);
  const Clock& clock() const { return parts_.clock != nullptr ? *parts_.clock : system_clock_; }
  SnapshotPtr snapshot() const {
    const std::lock_guard lock(plan_mutex_);
    return plan_.snapshot;
  }

  GuardOptions options_;
  GuardParts parts_;
  SystemClock system_clock_;
  std::unique_ptr<store::Ledger> own_ledger_;
  std::unique_ptr<store::OwnershipStore> own_ownership_;
  std::unique_ptr<store::RateStore> own_rates_;
  std::unique_ptr<Log> own_log_;
  std::shared_ptr<net::TlsClientContext> client_tls_;
  Metrics metrics_;

  mutable std::mutex plan_mutex_;  ///< Guards plan_.
  Plan plan_;
  std::mutex reload_mutex_;  ///< One reload at a time; guards stopped_ too.
  bool stopped_ = false;
  bool running_ = false;  ///< open() succeeded.
  std::atomic<bool> draining_{false};
  std::atomic<std::uint64_t> reloads_{0};
  std::atomic<std::uint64_t> reloads_failed_{0};

  std::vector<std::unique_ptr<Worker>> workers_;
  net::EventLoop control_loop_;
  net::BlockingPool blocking_;  ///< Behind every loop, so that it ends before them.
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<Redirect> redirect_;
  std::thread control_thread_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
};

Result<Plan> Gateway::make_plan() const {
  Plan plan;
  LR_TRY(plan.snapshot, load_snapshot(options_));
  LR_TRY(plan.tls, load_tls(plan.snapshot->contract));
  const std::lock_guard lock(plan_mutex_);
  const bool same_upstream =
      plan_.snapshot != nullptr &&
      plan_.snapshot->upstream.origin() == plan.snapshot->upstream.origin() &&
      plan_.snapshot->contract.guard.breaker.failures ==
          plan.snapshot->contract.guard.breaker.failures &&
      plan_.snapshot->contract.guard.breaker.open_for ==
          plan.snapshot->contract.guard.breaker.open_for;
  plan.breaker = same_upstream
                     ? plan_.breaker
                     : std::make_shared<CircuitBreaker>(plan.snapshot->contract.guard.breaker);
  return plan;
}

Result<> Gateway::open_stores(const contract::Contract& contract) {
  const contract::GuardSettings& guard = contract.guard;
  if (parts_.ledger == nullptr) {
    SystemRng rng;
    auto key = guard.ledger_key ? contract::read_secret(*guard.ledger_key)
                                : local_ledger_key(guard.ledger_path, rng);
    if (!key) return std::unexpected(std::move(key).error());
    LR_TRY(own_ledger_, store::open_ledger(guard.ledger_path, std::move(*key)));
    parts_.ledger = own_ledger_.get();
  }
  if (parts_.ownership == nullptr) {
    if (guard.state_path == "memory") {
      own_ownership_ = store::make_memory_ownership_store();
    } else {
      LR_TRY(own_ownership_, store::open_sqlite_ownership_store(guard.state_path, blocking_));
    }
    parts_.ownership = own_ownership_.get();
  }
  if (parts_.rates == nullptr) {
    own_rates_ = store::make_memory_rate_store(kRateKeysMax);
    parts_.rates = own_rates_.get();
  }
  if (parts_.log == nullptr && !options_.quiet) {
    own_log_ = Log::to_stream(stderr);
    parts_.log = own_log_.get();
  }
  return {};
}

Result<> Gateway::open_workers() {
  const contract::Contract& contract = plan_.snapshot->contract;
  const SharedParts shared{.clock = clock(),
                           .ownership = *parts_.ownership,
                           .rates = *parts_.rates,
                           .ledger = *parts_.ledger,
                           .log = options_.quiet ? nullptr : parts_.log,
                           .tls = client_tls_,
                           .jwks = parts_.jwks,
                           .head_timeout = parts_.head_timeout};
  net::Endpoint address = endpoint(contract.guard.listen);
  const unsigned count = worker_count(contract);
  for (unsigned i = 0; i < count; ++i) {
    auto worker = std::make_unique<Worker>(shared, metrics_.add_worker());
    LR_TRY_VOID(worker->use_first(plan_));
    LR_TRY_VOID(worker->listen(address));
    address.port = worker->local().port;  // Port 0 picks one for all.
    workers_.push_back(std::move(worker));
  }
  port_ = address.port;
  return {};
}

AdminHooks Gateway::admin_hooks() {
  AdminHooks hooks;
  hooks.metrics = [this] { return render_metrics(); };
  hooks.reload = [this] { return reload(); };
  hooks.draining = [this] { return draining_.load(std::memory_order_relaxed); };
  hooks.ledger_healthy = [this] { return parts_.ledger->healthy(); };
  hooks.upstream = [this] { return snapshot()->upstream; };
  hooks.tls = client_tls_;
  return hooks;
}

Result<> Gateway::open_control() {
  const contract::GuardSettings& guard = plan_.snapshot->contract.guard;
  if (guard.admin) {
    admin_ = std::make_unique<Admin>(control_loop_, admin_hooks());
    LR_TRY_VOID(admin_->listen(endpoint(*guard.admin)));
    admin_port_ = admin_->local().port;
  }
  if (guard.redirect) {
    redirect_ = std::make_unique<Redirect>(control_loop_, redirect_rule(*plan_.snapshot, port_));
    LR_TRY_VOID(redirect_->listen(endpoint(*guard.redirect)));
  }
  return {};
}

Result<> Gateway::open() {
  LR_TRY(plan_, make_plan());
  LR_TRY(client_tls_, net::TlsClientContext::create());
  LR_TRY_VOID(open_stores(plan_.snapshot->contract));
  LR_TRY_VOID(open_workers());
  LR_TRY_VOID(open_control());
  for (const auto& worker : workers_) worker->start();
  control_thread_ = std::thread([this] { run_control(); });
  running_ = true;
  record_guard_event(*parts_.ledger, clock(), "guard.started", plan_.snapshot->contract.digest);
  return {};
}

void Gateway::run_control() {
  control_loop_.run();
  static_cast<void>(control_loop_.block_on(wind_down_control(*this)));
}

net::Task<> Gateway::wind_down_control(Gateway& gateway) {
  const Deadline deadline = Deadline::after(milliseconds(500));
  if (gateway.redirect_) co_await gateway.redirect_->drain(deadline);
  if (gateway.admin_) co_await gateway.admin_->drain(deadline);
  co_return Result<>();
}

Result<> Gateway::reload() {
  const std::lock_guard lock(reload_mutex_);
  if (stopped_) return fail(Code::kUnavailable, "the guard has stopped");
  auto reloaded = try_reload();
  if (reloaded) {
    reloads_.fetch_add(1, std::memory_order_relaxed);
    record_guard_event(*parts_.ledger, clock(), "contract.reloaded", snapshot()->contract.digest);
    if (parts_.log != nullptr) parts_.log->line(LogLevel::kInfo, "contract reloaded");
    return {};
  }
  reloads_failed_.fetch_add(1, std::memory_order_relaxed);
  record_guard_event(*parts_.ledger, clock(), "contract.refused", "the running contract stays");
  if (parts_.log != nullptr) {
    parts_.log->line(LogLevel::kError, "contract refused, the running one stays")
        .add("why", Shown(reloaded.error().detail()));
  }
  return reloaded;
}

/// First everything that can fail, then the swap.
Result<> Gateway::try_reload() {
  LR_TRY(const Plan plan, make_plan());
  LR_TRY_VOID(check_unchanged(snapshot()->contract.guard, plan.snapshot->contract.guard));
  std::vector<LanePtr> lanes;
  for (const auto& worker : workers_) {
    LR_TRY(LanePtr lane, worker->prepare(plan));
    lanes.push_back(std::move(lane));
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->adopt(std::move(lanes[i]), plan);
  if (redirect_) {
    control_loop_.post(
        [this, rule = redirect_rule(*plan.snapshot, port_)] { redirect_->set_rule(rule); });
  }
  const std::lock_guard lock(plan_mutex_);
  plan_ = plan;
  return {};
}

void Gateway::stop() {
  {
    // A reload under way ends first; later ones see the flag. Not held while waiting below: the
    // admin listener's reload needs it on the thread that is joined.
    const std::lock_guard lock(reload_mutex_);
    if (stopped_) return;
    stopped_ = true;
  }
  draining_.store(true, std::memory_order_relaxed);
  const seconds patience = running_ ? plan_.snapshot->contract.guard.drain : seconds(0);
  const Deadline deadline = Deadline::after(patience);
  if (running_) {
    for (const auto& worker : workers_) worker->drain(deadline);
    for (const auto& worker : workers_) worker->join();
    control_loop_.post([this] { control_loop_.stop(); });
    control_thread_.join();
    record_guard_event(*parts_.ledger, clock(), "guard.stopped", "");
    static_cast<void>(parts_.ledger->flush());
  } else {
    static_cast<void>(control_loop_.block_on(wind_down_control(*this)));
  }
  if (parts_.log != nullptr) parts_.log->flush();
}

std::string Gateway::render_metrics() {
  MetricsExtra extra;
  extra.ready = admin_ != nullptr && admin_->ready();
  extra.ledger_healthy = parts_.ledger->healthy();
  extra.ledger_events = parts_.ledger->size();
  extra.owned_objects = parts_.ownership->size();
  extra.rate_keys = parts_.rates->size();
  extra.log_dropped = parts_.log != nullptr ? parts_.log->dropped() : 0;
  extra.reloads = reloads_.load(std::memory_order_relaxed);
  extra.reloads_failed = reloads_failed_.load(std::memory_order_relaxed);
  {
    const std::lock_guard lock(plan_mutex_);
    extra.breaker_open = plan_.breaker->open();
    extra.contract_digest = plan_.snapshot->contract.digest;
  }
  return metrics_.render(extra);
}

}  // namespace

Result<std::unique_ptr<Guard>> start_guard(GuardOptions options, GuardParts parts) {
  auto gateway = std::make_unique<Gateway>(std::move(options), parts);
  LR_TRY_VOID(gateway->open());
  return gateway;
}

Result<std::unique_ptr<Guard>> Guard::start(GuardOptions options) {
  return start_guard(std::move(options), {});
}

}  // namespace lr::guard
