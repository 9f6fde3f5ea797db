#include "guard/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "guard/error_answer.h"
#include "text/http1.h"

namespace lr::guard {
namespace {

/// Random bytes in blocks: one system call for a hundred request ids.
class BufferedRng final : public Rng {
 public:
  explicit BufferedRng(Rng& source) : source_(source) {}
  void fill(std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      if (next_ == block_.size()) {
        source_.fill(block_);
        next_ = 0;
      }
      const std::size_t count = std::min(out.size(), block_.size() - next_);
      std::memcpy(out.data(), block_.data() + next_, count);
      std::memset(block_.data() + next_, 0, count);  // Handed out once.
      next_ += count;
      out = out.subspan(count);
    }
  }

 private:
  Rng& source_;
  std::array<std::uint8_t, 4096> block_{};
  std::size_t next_ = block_.size();
};

net::ServerOptions server_options(const SharedParts& shared, Rng& rng, AuditTrail& trail) {
  net::ServerOptions options;
  options.head_timeout = shared.head_timeout;
  options.render_parse_error = [&rng, &trail](const Error& error) {
    const std::string id = rng.hex(16);
    trail.malformed(error.code(), id);
    return render_parse_error(error.code(), id);
  };
  return options;
}

}  // namespace

std::string render_parse_error(Code code, const std::string& request_id) {
  const std::string body = error_body(code, public_text(code), request_id);
  std::string out;
  text::append_status_line(out, http_status(code));
  text::append_field(out, "Content-Type", "application/json");
  text::append_field(out, "Content-Length", std::to_string(body.size()));
  text::append_field(out, "X-Request-Id", request_id);
  text::append_field(out, "X-Content-Type-Options", "nosniff");
  text::append_field(out, "Cache-Control", "no-store");
  text::append_field(out, "Connection", "close");
  return out + "\r\n" + body;
}

Worker::Worker(const SharedParts& shared, WorkerMetrics& metrics)
    : shared_(shared),
      metrics_(metrics),
      rng_(std::make_unique<BufferedRng>(system_rng_)),
      keys_(loop_, shared.clock, shared.tls, shared.jwks),
      trail_(shared.ledger, shared.clock, metrics),
      pipeline_(shared.clock, metrics, trail_, shared.log),
      server_(
          loop_, [this](net::ServerExchange& exchange) { return pipeline_.handle(exchange); },
          server_options(shared, *rng_, trail_)),
      housekeeping_(loop_) {}

Worker::~Worker() {
  if (ended_) return;
  if (!thread_.joinable()) {  // Never started: its loop has tasks all the same.
    deadline_ = Deadline::after(seconds(0));
    static_cast<void>(loop_.block_on(wind_down(*this, deadline_)));
    return;
  }
  drain(Deadline::after(seconds(0)));
  join();
}

Result<LanePtr> Worker::compile(const Plan& plan) {
  const contract::Timeouts& times = plan.snapshot->contract.guard.timeouts;
  // Kept connections survive a reload that does not concern them.
  std::shared_ptr<Upstream> upstream = upstream_;
  const bool same = upstream != nullptr && breaker_ == plan.breaker &&
                    upstream->origin().origin() == plan.snapshot->upstream.origin();
  if (!same) {
    UpstreamSettings settings{.origin = plan.snapshot->upstream,
                              .tls = shared_.tls,
                              .timeouts = {.connect = times.connect,
                                           .first_byte = times.first_byte,
                                           .idle = times.idle,
                                           .total = times.total},
                              .breaker = plan.breaker};
    upstream = std::make_shared<Upstream>(loop_, std::move(settings), metrics_);
  }
  const Services services{.snapshot = *plan.snapshot,
                          .contract = plan.snapshot->contract,
                          .clock = shared_.clock,
                          .rng = *rng_,
                          .ownership = shared_.ownership,
                          .rates = shared_.rates,
                          .ledger = shared_.ledger,
                          .keys = keys_,
                          .upstream = *upstream,
                          .metrics = metrics_};
  return make_lane(plan.snapshot, upstream, services);
}

void Worker::install(LanePtr lane, const Plan& plan) {
  upstream_ = lane->upstream;
  breaker_ = plan.breaker;
  pipeline_.use(std::move(lane));
  server_.set_tls(plan.tls);
}

Result<> Worker::use_first(const Plan& plan) {
  LR_TRY(LanePtr lane, compile(plan));
  install(std::move(lane), plan);
  return {};
}

Result<> Worker::listen(const net::Endpoint& address) { return server_.listen(address, true); }

void Worker::start() {
  housekeeping_.spawn(watch_over(*this));
  thread_ = std::thread([this] { run(); });
}

Result<LanePtr> Worker::prepare(const Plan& plan) {
  auto promise = std::make_shared<std::promise<Result<LanePtr>>>();
  auto future = promise->get_future();
  loop_.post([this, promise, plan] { promise->set_value(compile(plan)); });
  return future.get();
}

void Worker::adopt(LanePtr lane, const Plan& plan) {
  std::promise<void> done;
  loop_.post([&] {
    install(std::move(lane), plan);
    done.set_value();
  });
  done.get_future().wait();
}

void Worker::drain(Deadline deadline) {
  loop_.post([this, deadline] {
    deadline_ = deadline;
    loop_.stop();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
  ended_ = true;
}

void Worker::run() {
  loop_.run();
  static_cast<void>(loop_.block_on(wind_down(*this, deadline_)));
}

net::Task<> Worker::wind_down(Worker& worker, Deadline deadline) {
  co_await worker.server_.drain(deadline);
  co_await worker.housekeeping_.close(Deadline::after(seconds(1)));
  co_await worker.keys_.close();
  worker.trail_.tick();
  co_return Result<>();
}

net::Task<> Worker::watch_over(Worker& worker) {
  constexpr milliseconds kEvery{500};
  const auto sample = [](Counter& counter, std::size_t now) {
    counter.add(static_cast<std::uint64_t>(now) - counter.get());
  };
  while (true) {
    LR_CO_TRY_VOID(co_await net::sleep_for(kEvery));
    worker.trail_.tick();
    sample(worker.metrics_.connections, worker.server_.connections());
    sample(worker.metrics_.upstream_busy, worker.upstream_->pool().busy());
    sample(worker.metrics_.upstream_idle, worker.upstream_->pool().idle());
  }
}

}  // namespace lr::guard
