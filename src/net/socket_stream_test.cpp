#include "net/socket_stream.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <latch>

#include "net/http_client.h"
#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::RawClient;
using testing::ScriptedUpstream;
using testing::url_of;

Task<std::unique_ptr<Stream>> open(EventLoop& loop, std::uint16_t port) {
  const text::Url url = url_of(port);
  co_return co_await connect(loop, url, nullptr, Deadline::after(seconds(5)));
}

/// Everything until the end, `step` bytes at most at a time.
Task<std::string> read_to_end(EventLoop& loop, std::uint16_t port, std::size_t step) {
  LR_CO_TRY(auto stream, co_await open(loop, port));
  std::string all;
  std::vector<char> piece(step);
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(20)));  // Lets bytes and end come together.
  while (true) {
    LR_CO_TRY(const std::size_t got, co_await stream->read_some(piece));
    if (got == 0) co_return all;
    all.append(piece.data(), got);
  }
}

TEST(SocketStream, ReadsToTheEndHoweverBytesAndEndArrive) {
  ScriptedUpstream upstream([](RawClient& connection) {
    connection.send("abcdef");
    connection.half_close();
  });
  EventLoop loop;
  for (const std::size_t step : {1u, 2u, 3u, 5u, 6u, 7u, 100u}) {
    EXPECT_EQ(loop.block_on(read_to_end(loop, upstream.port(), step)).value(), "abcdef") << step;
  }
}

TEST(SocketStream, WaitsAgainAfterEveryShortRead) {
  ScriptedUpstream upstream([](RawClient& connection) {
    for (int i = 0; i < 50; ++i) {
      connection.send("piece ");
      std::this_thread::sleep_for(milliseconds(i % 5));
    }
    connection.half_close();
  });
  EventLoop loop;
  std::string expected;
  for (int i = 0; i < 50; ++i) expected += "piece ";
  for (const std::size_t step : {4u, 6u, 64u}) {
    EXPECT_EQ(loop.block_on(read_to_end(loop, upstream.port(), step)).value(), expected) << step;
  }
}

Task<> pass_time() { co_return co_await sleep_for(milliseconds(50)); }

/// What a read that was called, but not awaited before `meanwhile`, comes to.
Result<std::size_t> late_read(EventLoop& loop, Stream& stream,
                              const std::function<void()>& meanwhile) {
  std::array<char, 16> piece;
  stream.expires(Deadline::after(seconds(5)));
  Task<std::size_t> read = stream.read_some(piece);
  meanwhile();
  static_cast<void>(loop.block_on(pass_time()));
  return loop.block_on(std::move(read));
}

TEST(SocketStream, AReadThatIsAwaitedLateMissesNothing) {
  std::latch asked(1);
  ScriptedUpstream upstream([&](RawClient& connection) {
    asked.wait();
    connection.send("bytes");
    connection.read_until("never");
  });
  EventLoop loop;
  const auto stream = loop.block_on(open(loop, upstream.port())).value();
  const auto bytes_come = [&] {
    asked.count_down();
    pollfd entry{stream->native_handle(), POLLIN, 0};
    ASSERT_EQ(::poll(&entry, 1, 5'000), 1);
  };
  EXPECT_EQ(late_read(loop, *stream, bytes_come).value_or(0), 5U);
  const auto expired =
      late_read(loop, *stream, [&] { stream->expires(Deadline::after(seconds(0))); });
  ASSERT_FALSE(expired.has_value());
  EXPECT_EQ(expired.error().code(), Code::kDeadlineExceeded);
  const auto closed = late_read(loop, *stream, [&] { stream->close(); });
  ASSERT_FALSE(closed.has_value());
  EXPECT_EQ(closed.error().code(), Code::kCancelled);
}

Task<> notice_new_bytes(EventLoop& loop, std::uint16_t port, std::vector<bool>& seen) {
  LR_CO_TRY(auto stream, co_await open(loop, port));
  std::array<char, 16> piece;
  LR_CO_TRY_VOID(co_await stream->read_some(piece));
  seen.push_back(stream->may_be_readable());
  LR_CO_TRY_VOID(co_await stream->write_all("go on"));
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(50)));
  seen.push_back(stream->may_be_readable());
  co_return Result<>();
}

TEST(SocketStream, KnowsWithoutAskingWhetherSomethingMayBeThere) {
  ScriptedUpstream upstream([](RawClient& connection) {
    connection.send("first");
    connection.read_until("go on");
    connection.send("second");
    connection.read_until("never");
  });
  EventLoop loop;
  std::vector<bool> seen;
  ASSERT_TRUE(loop.block_on(notice_new_bytes(loop, upstream.port(), seen)).has_value());
  EXPECT_EQ(seen, (std::vector<bool>{false, true}));
}

struct Pair {
  std::array<std::unique_ptr<Stream>, 2> streams;
  std::array<std::optional<Code>, 2> ends;
  std::array<bool, 2> read{};
};

/// Reads on one stream and then destroys the other, on which a reader waits too.
Task<> read_and_destroy_other(Pair& pair, std::size_t mine) {
  std::array<char, 16> piece;
  Result<std::size_t> got = co_await pair.streams[mine]->read_some(piece);
  if (got) {
    pair.read[mine] = true;
    pair.streams[1 - mine].reset();
  } else {
    pair.ends[mine] = got.error().code();
  }
  co_return Result<>();
}

/// Runs when both readers wait: the tasks of run_all() start in order.
Task<> let_go(std::latch& both) {
  both.count_down();
  co_return Result<>();
}

Task<> race(EventLoop& loop, std::uint16_t port, std::latch& both, Pair& pair) {
  for (auto& stream : pair.streams) {
    LR_CO_TRY(stream, co_await open(loop, port));
  }
  std::vector<Task<>> readers;
  readers.push_back(read_and_destroy_other(pair, 0));
  readers.push_back(read_and_destroy_other(pair, 1));
  readers.push_back(let_go(both));
  co_return co_await run_all(std::move(readers), 3);
}

TEST(SocketStream, AReaderMayDestroyAStreamThatIsReadyToo) {
  for (int round = 0; round < 50; ++round) {
    std::latch both(1);
    ScriptedUpstream upstream([&both](RawClient& connection) {
      both.wait();
      connection.send("x");
      connection.read_until("never");
    });
    EventLoop loop;
    Pair pair;
    ASSERT_TRUE(loop.block_on(race(loop, upstream.port(), both, pair)).has_value());
    EXPECT_NE(pair.read[0], pair.read[1]) << round;
    EXPECT_EQ(pair.ends[pair.read[0] ? 1 : 0], Code::kCancelled) << round;
    pair.streams = {};
  }
}

Task<> wait_for_ever(EventLoop& loop, std::uint16_t port, bool& ended) {
  LR_CO_TRY(auto stream, co_await open(loop, port));
  stream->expires(Deadline::after(milliseconds(60)));
  std::array<char, 16> piece;
  Result<std::size_t> first = co_await stream->read_some(piece);
  ended = !first && first.error().code() == Code::kDeadlineExceeded;
  // A later deadline makes the stream usable again.
  stream->expires(Deadline::after(seconds(5)));
  LR_CO_TRY_VOID(co_await stream->write_all("go on"));
  LR_CO_TRY(const std::size_t got, co_await stream->read_some(piece));
  ended = ended && got == 2;
  Result<std::size_t> never = co_await stream->read_some(piece);
  ended = ended && !never;
  co_return Result<>();
}

TEST(SocketStream, ADeadlineEndsAReadAndTheLoopMayEndDuringOne) {
  ScriptedUpstream upstream([](RawClient& connection) {
    connection.read_until("go on");
    connection.send("ok");
    connection.read_until("never");
  });
  bool ended = false;
  EventLoop loop;
  TaskScope scope(loop);
  scope.spawn(wait_for_ever(loop, upstream.port(), ended));
  // The scope and the loop go while the last read still waits.
  ASSERT_TRUE(loop.block_on(sleep_for(milliseconds(300))).has_value());
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace lr::net
