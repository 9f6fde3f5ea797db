#include <gtest/gtest.h>

#include <future>

#include "net/http_client.h"
#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::RawClient;
using testing::ScriptedUpstream;
using testing::url_of;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Task<std::string> get_once(ConnectionPool& pool, bool& reused, bool fresh = false) {
  LR_CO_TRY(auto exchange, co_await pool.acquire(ClientTimeouts(), fresh));
  reused = exchange->reused();
  LR_CO_TRY_VOID(co_await exchange->send(kGet, ""));
  LR_CO_TRY(const text::ResponseHead* head, co_await exchange->read_head());
  if (head->status != 200) co_return fail(Code::kBadGateway, "not 200");
  co_return co_await exchange->read_all(100);
}

TEST(ConnectionPool, ReusesUnlessAskedForAFreshOne) {
  ScriptedUpstream upstream([](RawClient& connection) {
    while (connection.read_until("\r\n\r\n") == kGet) connection.send(kOk);
  });
  EventLoop loop;
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 4);
  bool reused = true;
  EXPECT_EQ(loop.block_on(get_once(pool, reused)).value(), "ok");
  EXPECT_FALSE(reused);
  EXPECT_EQ(pool.idle(), 1u);
  EXPECT_EQ(pool.busy(), 0u);
  EXPECT_EQ(loop.block_on(get_once(pool, reused)).value(), "ok");
  EXPECT_TRUE(reused);
  EXPECT_EQ(upstream.accepted(), 1);
}

Task<std::string> request_once(std::unique_ptr<ClientExchange> exchange) {
  LR_CO_TRY(const text::ResponseHead* head, co_await exchange->request(kGet, ""));
  if (head->status != 200) co_return fail(Code::kBadGateway, "not 200");
  const auto whole = exchange->body_at_hand();
  if (whole) co_return std::string(*whole);
  LR_CO_TRY(const std::string rest, co_await exchange->read_all(100));
  co_return "later: " + rest;
}

TEST(ConnectionPool, TakesAKeptConnectionWithoutWaiting) {
  ScriptedUpstream upstream([](RawClient& connection) {
    for (int i = 0; connection.read_until("\r\n\r\n") == kGet; ++i) {
      connection.send(i < 2 ? kOk : kOk.substr(0, kOk.size() - 2));
      if (i < 2) continue;
      std::this_thread::sleep_for(milliseconds(20));
      connection.send("ok");
    }
  });
  EventLoop loop;
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 1);
  EXPECT_EQ(pool.take({}), nullptr);
  bool reused = false;
  EXPECT_EQ(loop.block_on(get_once(pool, reused)).value(), "ok");
  auto taken = pool.take({});
  ASSERT_NE(taken, nullptr);
  EXPECT_TRUE(taken->reused());
  EXPECT_EQ(pool.take({}), nullptr);  // The only one that may exist is busy.
  EXPECT_EQ(pool.busy(), 1u);
  EXPECT_EQ(loop.block_on(request_once(std::move(taken))).value(), "ok");
  EXPECT_EQ(pool.idle(), 1u);
  // A body that comes behind its head is not at hand.
  EXPECT_EQ(loop.block_on(request_once(pool.take({}))).value(), "later: ok");
  EXPECT_EQ(pool.idle(), 1u);
  EXPECT_EQ(pool.busy(), 0u);
  EXPECT_EQ(upstream.accepted(), 1);
}

Task<std::string> request_late(ConnectionPool& pool) {
  LR_CO_TRY(auto exchange, co_await pool.acquire(ClientTimeouts()));
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(30)));
  co_return co_await request_once(std::move(exchange));
}

TEST(ConnectionPool, AnAnswerThatComesBeforeTheRequestIsNone) {
  ScriptedUpstream upstream([](RawClient& connection) {
    connection.send(kOk);
    connection.read_until("\r\n\r\n");
  });
  EventLoop loop;
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 1);
  const Result<std::string> answer = loop.block_on(request_late(pool));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code(), Code::kBadGateway);
  EXPECT_EQ(pool.idle(), 0u);
  EXPECT_EQ(pool.busy(), 0u);
}

// A kept connection on which the peer spoke unasked must never give its bytes to the next request.
TEST(ConnectionPool, DropsKeptConnectionsThatEndedOrSpoke) {
  for (const std::string_view afterwards :
       {"", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"}) {
    std::promise<void> spoken;
    std::atomic<int> round = 0;
    ScriptedUpstream upstream([&](RawClient& connection) {
      connection.read_until("\r\n\r\n");
      connection.send(kOk);
      if (round++ > 0) return;
      std::this_thread::sleep_for(milliseconds(20));
      connection.send(afterwards);
      connection.half_close();
      spoken.set_value();
    });
    EventLoop loop;
    ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 4);
    bool reused = false;
    EXPECT_EQ(loop.block_on(get_once(pool, reused)).value(), "ok");
    spoken.get_future().wait();
    EXPECT_EQ(loop.block_on(get_once(pool, reused)).value(), "ok");
    EXPECT_FALSE(reused);
    EXPECT_EQ(upstream.accepted(), 2);
  }
}

TEST(ConnectionPool, AReusedConnectionThatEndsFirstMayBeRetried) {
  ScriptedUpstream upstream([](RawClient& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(kOk);
    connection.read_until("\r\n\r\n");
  });
  EventLoop loop;
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 4);
  bool reused = false;
  EXPECT_TRUE(loop.block_on(get_once(pool, reused)));
  Result<std::string> second = loop.block_on(get_once(pool, reused));
  EXPECT_TRUE(reused);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().retry(), Retry::kIfConnectionWasReused);
  EXPECT_EQ(pool.busy(), 0u);
}

Task<> hold_two(ConnectionPool& pool) {
  LR_CO_TRY(auto first, co_await pool.acquire(ClientTimeouts()));
  LR_CO_TRY(auto second, co_await pool.acquire(ClientTimeouts()));
  EXPECT_EQ(pool.busy(), 2u);
  Result<std::unique_ptr<ClientExchange>> third = co_await pool.acquire(ClientTimeouts());
  EXPECT_FALSE(third);
  if (!third) EXPECT_EQ(third.error().code(), Code::kResourceExhausted);
  co_return Result<>();
}

TEST(ConnectionPool, BoundsItself) {
  ScriptedUpstream upstream([](RawClient&) {});
  EventLoop loop;
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 2);
  EXPECT_TRUE(loop.block_on(hold_two(pool)));
  EXPECT_EQ(pool.busy(), 0u);
}

Task<> abort_soon(ClientExchange& exchange) {
  LR_CO_TRY_VOID(co_await sleep_for(milliseconds(20)));
  exchange.abort();
  exchange.abort();
  co_return Result<>();
}

Task<Code> aborted_read(EventLoop& loop, ConnectionPool& pool) {
  LR_CO_TRY(auto exchange, co_await pool.acquire(ClientTimeouts()));
  LR_CO_TRY_VOID(co_await exchange->send(kGet, ""));
  TaskScope scope(loop);
  scope.spawn(abort_soon(*exchange));
  Result<const text::ResponseHead*> head = co_await exchange->read_head();
  LR_CO_TRY_VOID(co_await scope.close(Deadline::after(seconds(1))));
  co_return head ? Code::kInternal : head.error().code();
}

TEST(ConnectionPool, AbortWakesWhatWaits) {
  ScriptedUpstream upstream([](RawClient& connection) { connection.read_to_end(); });
  EventLoop loop;
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 2);
  EXPECT_EQ(loop.block_on(aborted_read(loop, pool)).value(), Code::kCancelled);
  EXPECT_EQ(pool.idle(), 0u);
}

Task<Code> slow_answer(ConnectionPool& pool, ClientTimeouts timeouts) {
  LR_CO_TRY(auto exchange, co_await pool.acquire(timeouts));
  LR_CO_TRY_VOID(co_await exchange->send(kGet, ""));
  Result<const text::ResponseHead*> head = co_await exchange->read_head();
  if (!head) co_return head.error().code();
  while (true) {
    Result<std::string_view> piece = co_await exchange->read_some();
    if (!piece) co_return piece.error().code();
    if (piece->empty()) co_return Code::kInternal;
  }
}

TEST(ConnectionPool, EachTimeLimitHolds) {
  ScriptedUpstream upstream([](RawClient& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 1000 && !connection.gone(); ++i) {
      connection.send("x");
      std::this_thread::sleep_for(milliseconds(10));
    }
  });
  ScriptedUpstream silent([](RawClient& connection) { connection.read_to_end(); });
  EventLoop loop;
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, {}, 2);
  ConnectionPool silent_pool(loop, url_of(silent.port()), nullptr, {}, 2);
  ClientTimeouts total;
  total.total = milliseconds(200);
  EXPECT_EQ(loop.block_on(slow_answer(pool, total)).value(), Code::kDeadlineExceeded);
  ClientTimeouts first_byte;
  first_byte.first_byte = milliseconds(100);
  EXPECT_EQ(loop.block_on(slow_answer(silent_pool, first_byte)).value(), Code::kDeadlineExceeded);
}

}  // namespace
}  // namespace lr::net
