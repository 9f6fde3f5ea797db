#include "net/event_loop.h"

#include <gtest/gtest.h>

#include <thread>

#include "net/blocking_pool.h"

namespace lr::net {
namespace {

Task<int> forty_two() {
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(1)));
  co_return 42;
}

Task<std::unique_ptr<int>> failing() { co_return fail(Code::kNotFound, "nothing"); }

TEST(EventLoop, BlockOnReturnsValuesAndErrors) {
  EventLoop loop;
  EXPECT_EQ(loop.block_on(forty_two()).value(), 42);
  EXPECT_EQ(loop.block_on(failing()).error().code(), Code::kNotFound);
  EXPECT_EQ(loop.block_on(forty_two()).value(), 42);
}

TEST(EventLoop, StopEndsRunAndBlockOn) {
  EventLoop loop;
  std::thread stopper([&] { loop.post([&] { loop.stop(); }); });
  loop.run();
  stopper.join();
  loop.post([&] { loop.stop(); });
  EXPECT_EQ(loop.block_on(sleep_for(seconds(60))).error().code(), Code::kCancelled);
}

struct Counts {
  int running = 0;
  int most = 0;
  int ended = 0;
};

Task<> count(Counts& counts, nanoseconds duration) {
  counts.most = std::max(counts.most, ++counts.running);
  co_await sleep_for(duration);
  --counts.running;
  ++counts.ended;
  co_return fail(Code::kInternal, "errors are dropped");
}

Task<> run_many(Counts& counts, std::size_t tasks, std::size_t width) {
  std::vector<Task<>> all;
  for (std::size_t i = 0; i < tasks; ++i) all.push_back(count(counts, milliseconds(1)));
  co_return co_await run_all(std::move(all), width);
}

TEST(RunAll, RunsAllWithinItsWidth) {
  EventLoop loop;
  for (const std::size_t width : {1u, 4u, 100u}) {
    Counts counts;
    EXPECT_TRUE(loop.block_on(run_many(counts, 20, width)));
    EXPECT_EQ(counts.ended, 20);
    EXPECT_EQ(counts.most, static_cast<int>(std::min<std::size_t>(width, 20)));
  }
  Counts none;
  EXPECT_TRUE(loop.block_on(run_many(none, 0, 3)));
}

/// Ignores every error; only cancellation can end it.
Task<> stubborn(Counts& counts) {
  struct End {
    Counts& counts;
    ~End() { ++counts.ended; }
  } end{counts};
  while (true) co_await sleep_for(milliseconds(1));
}

Task<> stubborn_batch(Counts& counts) {
  std::vector<Task<>> all;
  for (int i = 0; i < 3; ++i) all.push_back(stubborn(counts));
  co_return co_await run_all(std::move(all), 3);
}

Task<> open_and_close(EventLoop& loop, Counts& counts) {
  TaskScope scope(loop);
  for (int i = 0; i < 5; ++i) scope.spawn(stubborn(counts));
  scope.spawn(stubborn_batch(counts));
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(5)));
  EXPECT_EQ(scope.running(), 6u);
  LR_CO_TRY_VOID(co_await scope.close(Deadline::after(seconds(5))));
  EXPECT_EQ(scope.running(), 0u);
  co_return Result<>();
}

TEST(TaskScope, CloseEndsEvenWhatIgnoresErrors) {
  EventLoop loop;
  Counts counts;
  EXPECT_TRUE(loop.block_on(open_and_close(loop, counts)));
  EXPECT_EQ(counts.ended, 8);
}

Task<> hold(std::shared_ptr<int> /*held*/) {
  while (true) co_await sleep_for(milliseconds(1));
}

Task<> hold_in_turn(std::shared_ptr<int> held) {
  std::vector<Task<>> all;
  for (int i = 0; i < 2; ++i) all.push_back(hold(held));
  co_return co_await run_all(std::move(all), 1);
}

Task<> cancel_in_turn(EventLoop& loop, std::shared_ptr<int> held) {
  TaskScope scope(loop);
  scope.spawn(hold_in_turn(std::move(held)));
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(5)));
  co_return co_await scope.close(Deadline::after(seconds(5)));
}

TEST(RunAll, KeepsNothingOfTasksThatNeverRan) {
  EventLoop loop;
  auto held = std::make_shared<int>(0);
  EXPECT_TRUE(loop.block_on(cancel_in_turn(loop, held)));
  EXPECT_EQ(held.use_count(), 1);
}

TEST(TaskScope, TasksLeftBehindDieWithTheLoop) {
  Counts counts;
  {
    EventLoop loop;
    TaskScope scope(loop);
    scope.spawn(stubborn(counts));
    EXPECT_TRUE(loop.block_on(sleep_for(milliseconds(2))));
  }
  EXPECT_EQ(counts.ended, 1);
}

Task<> hand_over(BlockingPool& pool, std::thread::id& worker, std::thread::id& home) {
  std::function<void()> work = [&worker] { worker = std::this_thread::get_id(); };
  LR_CO_TRY_VOID(co_await pool.run(work));
  home = std::this_thread::get_id();
  co_return Result<>();
}

TEST(BlockingPool, WorksElsewhereAndComesHome) {
  BlockingPool pool(2);
  EventLoop loop;
  std::thread::id worker;
  std::thread::id home;
  EXPECT_TRUE(loop.block_on(hand_over(pool, worker, home)));
  EXPECT_NE(worker, home);
  EXPECT_EQ(home, std::this_thread::get_id());
}

Task<> hand_over_many(BlockingPool& pool, std::atomic<int>& done) {
  std::function<void()> work = [&done] { ++done; };
  for (int i = 0; i < 50; ++i) {
    LR_CO_TRY_VOID(co_await pool.run(work));
  }
  co_return Result<>();
}

Task<> many_at_once(BlockingPool& pool, std::atomic<int>& done) {
  std::vector<Task<>> all;
  for (int i = 0; i < 20; ++i) all.push_back(hand_over_many(pool, done));
  co_return co_await run_all(std::move(all), 20);
}

TEST(BlockingPool, ServesManyCoroutinesAndFinishesWhatWasPosted) {
  std::atomic<int> done = 0;
  {
    BlockingPool pool(3);
    EventLoop loop;
    EXPECT_TRUE(loop.block_on(many_at_once(pool, done)));
    EXPECT_EQ(done, 1000);
    for (int i = 0; i < 100; ++i) pool.post([&done] { ++done; });
  }
  EXPECT_EQ(done, 1100);
}

}  // namespace
}  // namespace lr::net
