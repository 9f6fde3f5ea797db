#include "net/event_loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>

#include "net/awaiting.h"
#include "net/outbox.h"
#include "net/poller.h"
#include "net/sweeper.h"

namespace lr::net {
namespace internal {
namespace {

struct OnRootDone {
  std::shared_ptr<bool> done;
  void operator()(std::exception_ptr error) const {
    *done = true;
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace

void start_root(EventLoop& loop, asio::awaitable<void, Executor> task, std::shared_ptr<bool> done) {
  asio::co_spawn(loop.executor(), std::move(task), OnRootDone{std::move(done)});
}

}  // namespace internal

// Other threads only post; sockets and timers are the business of the one thread that runs the
// loop.
EventLoop::EventLoop()
    : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      work_(context_.get_executor()),
      now_(std::chrono::steady_clock::now()),
      sweeper_(std::make_unique<Sweeper>(context_)),
      outbox_(std::make_unique<Outbox>(context_)),
      poller_(std::make_unique<Poller>(context_)) {
  sweeper_->set_clock([this] { refresh_now(); });
}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  refresh_now();
  context_.run();
  context_.restart();
}

void EventLoop::stop() { context_.stop(); }

void EventLoop::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void EventLoop::run_until_done(const bool& done) {
  refresh_now();
  while (!done && context_.run_one() != 0) {
  }
  context_.restart();
}

Task<> sleep_for(nanoseconds duration) {
  auto executor = co_await asio::this_coro::executor;
  Timer timer(executor);
  timer.expires_after(duration);
  auto [error] = co_await timer.async_wait(kAwait);
  if (error) co_return fail(Code::kCancelled, "sleep was cancelled");
  co_return Result<>();
}

}  // namespace lr::net
