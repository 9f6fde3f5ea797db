// One thread, one loop, no locks. Everything that belongs to a loop is touched on its thread only;
// other threads talk to it with post().
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "net/task.h"

namespace lr::net {

class Outbox;
class Poller;
class Sweeper;

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  asio::io_context& context() { return context_; }
  Executor executor() { return context_.get_executor(); }
  /// Runs until stop().
  void run();
  void stop();
  /// From any thread.
  void post(std::function<void()> work);
  /// Time as of this loop turn; cheap, good to about a millisecond while work is going on.
  MonoTime now() const { return now_; }
  void refresh_now() { now_ = std::chrono::steady_clock::now(); }
  /// Deadlines of this loop's streams; for the files of this room.
  Sweeper& sweeper() { return *sweeper_; }
  /// Readiness of its sockets; for the files of this room.
  Poller& poller() { return *poller_; }
  /// What is written at the end of a turn; for the files of this room.
  Outbox& outbox() { return *outbox_; }
  /// Runs one task to its end on this loop, from outside any coroutine, and returns its result.
  /// For commands and tests. kCancelled when stop() is called first; the task
  /// then stays suspended until the loop runs again or is destroyed.
  template <class T>
  Result<T> block_on(Task<T> task);

 private:
  void run_until_done(const bool& done);
  asio::io_context context_;
  /// Without it the context would count as stopped whenever nothing happens to be pending.
  asio::executor_work_guard<Executor> work_;
  MonoTime now_;
  std::unique_ptr<Sweeper> sweeper_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Poller> poller_;
};

/// Suspends the calling coroutine.
Task<> sleep_for(nanoseconds duration);

/// Owns the coroutines that are started through it. Destruction requires that they have ended:
/// call close() first, which cancels them and waits. (A scope that dies early, because its own
/// coroutine was cancelled, still cancels them but cannot wait.)
///
/// Cancellation unwinds: the pending operation ends, and from then on every co_await inside the
/// task throws, so that no loop can go on by ignoring errors. The scope catches it; nothing else
/// should.
class TaskScope {
 public:
  explicit TaskScope(EventLoop& loop);
  ~TaskScope();
  /// Starts `task` on the loop. An error that it returns is dropped: a task that matters reports
  /// for itself.
  void spawn(Task<> task);
  std::size_t running() const;
  /// Cancels what runs and waits for the end, at most until `deadline`.
  Task<> close(Deadline deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Runs all tasks at once, at most `width` at a time, and returns when all have ended. Their errors
/// are dropped, as those of spawn(). Cancelling it cancels them.
Task<> run_all(std::vector<Task<>> tasks, std::size_t width);

}  // namespace lr::net

#include "net/event_loop.ipp"
