#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <list>

#include "net/awaiting.h"
#include "net/event_loop.h"

namespace lr::net {

struct TaskScope::State {
  explicit State(EventLoop& owner) : loop(owner), all_done(owner.executor()) {
    all_done.expires_at(MonoTime::max());
  }
  /// Emitting may end a task at once and so change the list: nodes are kept alive meanwhile.
  void cancel_all() {
    std::vector<std::shared_ptr<asio::cancellation_signal>> signals(running.begin(), running.end());
    for (const auto& signal : signals) signal->emit(asio::cancellation_type::terminal);
  }

  EventLoop& loop;
  std::list<std::shared_ptr<asio::cancellation_signal>> running;
  Timer all_done;  ///< Cancelled, which wakes close(), when the last task ends.
};

namespace {

template <class State>
struct OnTaskDone {
  std::shared_ptr<State> state;
  std::list<std::shared_ptr<asio::cancellation_signal>>::iterator position;
  void operator()(std::exception_ptr, const Result<>&) const {
    state->running.erase(position);
    if (state->running.empty()) state->all_done.cancel();
  }
};

}  // namespace

TaskScope::TaskScope(EventLoop& loop) : state_(std::make_shared<State>(loop)) {}

TaskScope::~TaskScope() { state_->cancel_all(); }

void TaskScope::spawn(Task<> task) {
  auto signal = std::make_shared<asio::cancellation_signal>();
  auto slot = signal->slot();
  state_->running.push_front(std::move(signal));
  OnTaskDone<State> on_done{state_, state_->running.begin()};
  asio::co_spawn(state_->loop.executor(), std::move(task),
                 asio::bind_cancellation_slot(slot, std::move(on_done)));
}

std::size_t TaskScope::running() const { return state_->running.size(); }

Task<> TaskScope::close(Deadline deadline) {
  auto state = state_;
  state->cancel_all();
  while (!state->running.empty()) {
    if (deadline.expired(std::chrono::steady_clock::now())) {
      co_return fail(Code::kDeadlineExceeded, "tasks did not end in time");
    }
    state->all_done.expires_at(deadline.when());
    co_await state->all_done.async_wait(kAwait);
  }
  co_return Result<>();
}

namespace {

/// What the workers of one run_all() share.
struct Batch {
  std::vector<Task<>> tasks;
  std::size_t next = 0;
  std::size_t workers = 0;
  Gate done;
  std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
};

/// Called only while run_all() waits, whose frame owns the batch. (A shared pointer here would be
/// the batch's own: its gate keeps this.)
struct CancelBatch {
  Batch& batch;
  void operator()() const {
    batch.next = batch.tasks.size();
    for (const auto& signal : batch.signals) signal->emit(asio::cancellation_type::terminal);
  }
};

struct OnWorkerDone {
  std::shared_ptr<Batch> batch;
  void operator()(std::exception_ptr, const Result<>&) const {
    if (--batch->workers == 0) batch->done.open();
  }
};

Task<> work_on(std::shared_ptr<Batch> batch) {
  while (batch->next < batch->tasks.size()) {
    Task<> task = std::move(batch->tasks[batch->next++]);
    Result<> ignored = co_await std::move(task);
  }
  co_return Result<>();
}

}  // namespace

Task<> run_all(std::vector<Task<>> tasks, std::size_t width) {
  if (tasks.empty()) co_return Result<>();
  auto executor = co_await asio::this_coro::executor;
  auto batch = std::make_shared<Batch>();
  batch->tasks = std::move(tasks);
  batch->workers = std::clamp<std::size_t>(width, 1, batch->tasks.size());
  for (std::size_t i = 0; i < batch->workers; ++i) {
    batch->signals.push_back(std::make_unique<asio::cancellation_signal>());
  }
  const std::size_t workers = batch->workers;
  for (std::size_t i = 0; i < workers; ++i) {
    auto slot = batch->signals[i]->slot();
    asio::co_spawn(executor, work_on(batch),
                   asio::bind_cancellation_slot(slot, OnWorkerDone{batch}));
  }
  CancelBatch cancel{*batch};
  co_await batch->done.wait(executor, cancel);
  co_return Result<>();
}

}  // namespace lr::net
