// Streaming answers, clients that leave, time limits and draining.
#include <gtest/gtest.h>

#include <thread>

#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::RawClient;
using testing::ServerRig;

/// Lets a test decide when a handler goes on. Polled, which is enough for a test.
struct Steps {
  std::atomic<int> allowed = 0;
  std::atomic<bool> gone = false;
  std::atomic<bool> failed = false;
};

Task<> wait_for_step(Steps& steps, int step) {
  while (steps.allowed < step && !steps.gone) co_await sleep_for(milliseconds(1));
  co_return Result<>();
}

struct EventStream {
  Steps& steps;
  Task<> operator()(ServerExchange& exchange) const { return run(exchange, steps); }
  static Task<> run(ServerExchange& exchange, Steps& steps) {
    text::Fields fields;
    fields.add("Content-Type", "text/event-stream");
    LR_CO_TRY_VOID(co_await exchange.begin(200, fields, std::nullopt));
    for (int i = 1; i <= 3; ++i) {
      LR_CO_TRY_VOID(co_await wait_for_step(steps, i));
      const std::string event = "data: " + std::to_string(i) + "\n\n";
      LR_CO_TRY_VOID(co_await exchange.write(event));
    }
    co_return co_await exchange.end();
  }
};

TEST(HttpServerStream, EveryEventArrivesBeforeTheNextIsWritten) {
  Steps steps;
  ServerRig rig(EventStream{steps});
  RawClient client(rig.port());
  client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  for (int i = 1; i <= 3; ++i) {
    steps.allowed = i;
    EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: " + std::to_string(i) + "\n\n\r\n");
  }
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "0\r\n\r\n");
  client.send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_until("\r\n").starts_with("HTTP/1.1 200"));
}

TEST(HttpServerStream, Http10StreamsUntilClose) {
  Steps steps;
  steps.allowed = 3;
  ServerRig rig(EventStream{steps});
  RawClient client(rig.port());
  client.send("GET /events HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\ndata: 1\n\ndata: 2\n\ndata: 3\n\n")) << answer;
}

struct Watching {
  Steps& steps;
  Task<> operator()(ServerExchange& exchange) const { return run(exchange, steps); }
  static Task<> run(ServerExchange& exchange, Steps& steps) {
    exchange.watch_client([&steps] { steps.gone = true; });
    LR_CO_TRY_VOID(co_await exchange.begin(200, text::Fields(), std::nullopt));
    LR_CO_TRY_VOID(co_await wait_for_step(steps, 1));
    Result<> late = co_await exchange.write("late");
    steps.failed = !late;
    co_return Result<>();
  }
};

TEST(HttpServerStream, AClientThatLeavesIsNoticedWhileTheHandlerWaits) {
  const std::function<void(RawClient&)> ways[] = {
      [](RawClient& client) { client.close(); },
      [](RawClient& client) { client.reset(); },
      [](RawClient& client) { client.half_close(); },
  };
  for (const auto& leave : ways) {
    Steps steps;
    ServerRig rig(Watching{steps});
    RawClient client(rig.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("\r\n\r\n");
    const auto left = std::chrono::steady_clock::now();
    leave(client);
    EXPECT_TRUE(rig.wait_until_empty());
    EXPECT_TRUE(steps.gone);
    EXPECT_TRUE(steps.failed);
    EXPECT_LT(std::chrono::steady_clock::now() - left, seconds(2));
  }
}

struct BigAnswer {
  Steps& steps;
  Task<> operator()(ServerExchange& exchange) const { return run(exchange, steps); }
  static Task<> run(ServerExchange& exchange, Steps& steps) {
    LR_CO_TRY_VOID(co_await exchange.begin(200, text::Fields(), std::nullopt));
    const std::string piece(50'000, 'p');
    for (int i = 0; i < 400; ++i) {
      Result<> written = co_await exchange.write(piece);
      if (!written) steps.failed = true;
      if (!written) co_return written;
    }
    co_return co_await exchange.end();
  }
};

TEST(HttpServerStream, MoreThanTheSocketHoldsArrivesWhole) {
  Steps steps;
  ServerRig rig(BigAnswer{steps});
  RawClient client(rig.port());
  client.send("GET / HTTP/1.0\r\nHost: x\r\n\r\n");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_to_end().size(), 20'000'000u);
  EXPECT_FALSE(steps.failed);
}

TEST(HttpServerStream, AClientThatDoesNotReadIsCut) {
  Steps steps;
  ServerOptions options;
  options.write_timeout = milliseconds(100);
  ServerRig rig(BigAnswer{steps}, options);
  RawClient client(rig.port());
  client.shrink_receive_buffer();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("\r\n\r\n");
  EXPECT_TRUE(rig.wait_until_empty());
  EXPECT_TRUE(steps.failed);
}

Task<> echo_pieces(ServerExchange& exchange) {
  LR_CO_TRY_VOID(co_await exchange.begin(200, text::Fields(), std::nullopt));
  while (true) {
    LR_CO_TRY(const std::string_view piece, co_await exchange.read_some());
    if (piece.empty()) break;
    LR_CO_TRY_VOID(co_await exchange.write(piece));
  }
  co_return co_await exchange.end();
}

TEST(HttpServerStream, BothDirectionsStreamAtOnce) {
  ServerRig rig(echo_pieces);
  RawClient client(rig.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.read_until("\r\n\r\n");
  for (const std::string word : {"one", "two", "six"}) {
    client.send("3\r\n" + word + "\r\n");
    EXPECT_EQ(client.read_until("\r\n" + word + "\r\n"), "3\r\n" + word + "\r\n");
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "0\r\n\r\n");
}

TEST(HttpServerStream, ASlowHeadGets408) {
  ServerOptions options;
  options.head_timeout = milliseconds(150);
  ServerRig rig(echo_pieces, options);
  RawClient client(rig.port());
  client.send("GET / HTTP/1.1\r\nHo");
  const std::string answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

// Dripping bytes must not extend the time.
TEST(HttpServerStream, ADrippingHeadGets408) {
  ServerOptions options;
  options.head_timeout = milliseconds(200);
  ServerRig rig(echo_pieces, options);
  RawClient client(rig.port());
  std::atomic<bool> stop = false;
  std::thread dripper([&] {
    client.send("GET / HTTP/1.1\r\nHost: x\r\nA: ");
    for (int i = 0; i < 400 && !stop; ++i) {
      client.send("a");
      std::this_thread::sleep_for(milliseconds(5));
    }
  });
  const std::string answer = client.read_until("\r\n");
  stop = true;
  dripper.join();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

TEST(HttpServerStream, ASilentConnectionIsClosedWithoutAWord) {
  ServerOptions options;
  options.head_timeout = milliseconds(100);
  options.keep_alive_timeout = milliseconds(100);
  ServerRig rig(echo_pieces, options);
  RawClient fresh(rig.port());
  EXPECT_TRUE(fresh.ended());
  RawClient kept(rig.port());
  kept.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(kept.read_until("0\r\n\r\n"), "");
  EXPECT_TRUE(kept.ended());
}

Task<> whole_body(ServerExchange& exchange) {
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(1000));
  co_return co_await exchange.send(200, text::Fields(), body);
}

TEST(HttpServerStream, ABodyThatStopsGets408) {
  ServerOptions options;
  options.body_idle_timeout = milliseconds(100);
  ServerRig rig(whole_body, options);
  RawClient client(rig.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
  const std::string answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

/// Sends `pieces` pieces of `size` bytes with pauses and returns the answer.
std::string drip(std::size_t pieces, std::size_t size) {
  ServerOptions options;
  options.body_idle_timeout = milliseconds(300);
  ServerRig rig(whole_body, options);
  RawClient client(rig.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
              std::to_string(pieces * size) + "\r\n\r\n");
  for (std::size_t i = 0; i < pieces; ++i) {
    std::this_thread::sleep_for(milliseconds(20));
    client.send(std::string(size, 'x'));
  }
  return client.read_to_end();
}

TEST(HttpServerStream, ABodyInDropsIsNotWaitedForForever) {
  EXPECT_TRUE(drip(50, 1).starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(drip(20, 50).starts_with("HTTP/1.1 200 ")) << "slow, but it keeps coming";
}

TEST(HttpServerStream, ABodyCutShortByTheClientIsA400) {
  ServerRig rig(whole_body);
  RawClient client(rig.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
  client.half_close();
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 "));
}

TEST(HttpServerStream, AHalfClosedClientStillGetsItsAnswers) {
  ServerRig rig(whole_body);
  RawClient client(rig.port());
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo");
  client.half_close();
  const std::string answers = client.read_to_end();
  EXPECT_NE(answers.find("\r\n\r\none"), std::string::npos) << answers;
  EXPECT_TRUE(answers.ends_with("\r\n\r\ntwo")) << answers;
}

TEST(HttpServerStream, DrainFinishesWhatRunsAndClosesWhatIsIdle) {
  Steps steps;
  ServerRig rig(EventStream{steps});
  RawClient idle(rig.port());
  RawClient busy(rig.port());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  busy.read_until("\r\n\r\n");
  rig.start_drain(seconds(5));
  EXPECT_TRUE(idle.ended());
  steps.allowed = 3;
  EXPECT_NE(busy.read_to_end().find("0\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(rig.wait_until_empty());
}

TEST(HttpServerStream, DrainTellsClientsToLeave) {
  Steps steps;
  ServerRig rig([&steps](ServerExchange& exchange) { return EventStream::run(exchange, steps); });
  RawClient first(rig.port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  first.read_until("\r\n\r\n");
  RawClient second(rig.port());
  second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  second.read_until("\r\n\r\n");
  rig.start_drain(seconds(5));
  steps.allowed = 3;
  const std::string rest = second.read_to_end();
  EXPECT_NE(rest.find("Connection: close\r\n"), std::string::npos) << rest;
  EXPECT_TRUE(rest.ends_with("0\r\n\r\n")) << rest;
  EXPECT_TRUE(rig.wait_until_empty());
}

TEST(HttpServerStream, DrainCutsWhatDoesNotEnd) {
  Steps steps;
  ServerRig rig(EventStream{steps});
  RawClient stuck(rig.port());
  stuck.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  stuck.read_until("\r\n\r\n");
  rig.start_drain(milliseconds(50));
  EXPECT_TRUE(stuck.ended());
  EXPECT_TRUE(rig.wait_until_empty());
}

}  // namespace
}  // namespace lr::net
