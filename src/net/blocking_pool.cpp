#include "net/blocking_pool.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "net/awaiting.h"

namespace lr::net {

struct BlockingPool::Impl {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::move_only_function<void()>> queue;
  bool closing = false;
  std::vector<std::jthread> threads;

  void add(std::move_only_function<void()> work) {
    {
      const std::lock_guard lock(mutex);
      queue.push_back(std::move(work));
    }
    wake.notify_one();
  }
  void serve() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [this] { return closing || !queue.empty(); });
      if (queue.empty()) return;
      auto work = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      work();
      work = nullptr;
      lock.lock();
    }
  }
};

namespace {

/// What goes home to the loop: with it goes all that refers to the loop, so that nothing of it is
/// left on the pool's thread.
template <class Handler>
struct Homecoming {
  Handler handler;
  asio::executor_work_guard<Executor> loop;
  void operator()() {
    loop.reset();
    std::move(handler)();
  }
};

/// Does the work and takes its coroutine home to its loop, which keeps running meanwhile.
template <class Handler>
struct Job {
  std::function<void()> work;
  Homecoming<Handler> home;
  void operator()() {
    work();
    const Executor executor = home.loop.get_executor();
    asio::post(executor, std::move(home));
  }
};

/// Not cancellable: the work may use what lives in the waiting coroutine's frame.
struct Initiate {
  template <class Handler, class Add>
  void operator()(Handler&& handler, std::function<void()> work, Executor executor, Add add) const {
    using Bare = std::decay_t<Handler>;
    add(Job<Bare>{std::move(work),
                  {std::forward<Handler>(handler), asio::make_work_guard(executor)}});
  }
};

}  // namespace

BlockingPool::BlockingPool(std::size_t threads) : impl_(std::make_unique<Impl>()) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    impl_->threads.emplace_back([impl = impl_.get()] { impl->serve(); });
  }
}

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
  }
  impl_->wake.notify_all();
  impl_->threads.clear();
}

void BlockingPool::post(std::function<void()> work) { impl_->add(std::move(work)); }

namespace {

template <class Impl>
struct AddTo {
  Impl* impl;
  template <class Work>
  void operator()(Work&& work) const {
    impl->add(std::forward<Work>(work));
  }
};

}  // namespace

Task<> BlockingPool::run(std::function<void()> work) {
  auto executor = co_await asio::this_coro::executor;
  AddTo<Impl> add{impl_.get()};
  co_await asio::async_initiate<const Token, void()>(Initiate(), kAwait, std::move(work), executor,
                                                     add);
  co_return Result<>();
}

}  // namespace lr::net
