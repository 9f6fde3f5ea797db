#include "net/http_client.h"

#include <gtest/gtest.h>

#include <map>

#include "net/testing/rig.h"

namespace lr::net {
namespace {

using testing::RawClient;
using testing::ScriptedUpstream;
using testing::ServerRig;
using testing::url_of;

Task<> echo(ServerExchange& exchange) {
  LR_CO_TRY(const std::string_view body, co_await exchange.read_all(8 * limits::kMiB));
  std::string answer(exchange.head().method);
  answer.append(" ").append(exchange.head().target);
  answer.append(" ").append(exchange.head().host).append(" ").append(body);
  co_return co_await exchange.send(200, text::Fields(), answer);
}

HttpRequest request_to(std::uint16_t port, std::string method = "GET", std::string body = "") {
  HttpRequest request;
  request.method = std::move(method);
  request.url = url_of(port, "/t?q=1");
  request.body = std::move(body);
  return request;
}

/// Says `answer` to every request of a connection until the client leaves.
std::function<void(RawClient&)> saying(std::string answer) {
  return [answer](RawClient& client) {
    while (client.read_until("\r\n\r\n").ends_with("\r\n\r\n")) client.send(answer);
  };
}

/// Says it once and closes.
std::function<void(RawClient&)> saying_once(std::string answer) {
  return [answer](RawClient& client) {
    client.read_until("\r\n\r\n");
    client.send(answer);
  };
}

struct Fixture : ::testing::Test {
  EventLoop loop;
  HttpClient client{loop};
  Result<HttpResponse> call(HttpRequest request, CallOptions options = CallOptions()) {
    return loop.block_on(client.call(std::move(request), options));
  }
};
using HttpClientTest = Fixture;

TEST_F(HttpClientTest, CallsOverOneKeptConnection) {
  ServerRig rig(echo);
  const std::string host = "127.0.0.1:" + std::to_string(rig.port());
  for (int i = 0; i < 3; ++i) {
    Result<HttpResponse> response = call(request_to(rig.port(), "POST", "body"));
    ASSERT_TRUE(response) << response.error().detail();
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "POST /t?q=1 " + host + " body");
    EXPECT_EQ(response->headers.get("Content-Length"), std::to_string(response->body.size()));
    EXPECT_FALSE(response->body_cut);
    EXPECT_GT(response->total.count(), 0);
  }
  std::size_t connections = 0;
  rig.on_loop([&] { connections = rig.server().connections(); });
  EXPECT_EQ(connections, 1u);
}

TEST_F(HttpClientTest, BigBodiesBothWays) {
  ServerRig rig(echo);
  const std::string body(4 * limits::kMiB, 'b');
  CallOptions options;
  options.body_max = 8 * limits::kMiB;
  Result<HttpResponse> response = call(request_to(rig.port(), "POST", body), options);
  ASSERT_TRUE(response) << response.error().detail();
  EXPECT_TRUE(response->body.ends_with(body));
}

TEST_F(HttpClientTest, CutsWhatIsTooLong) {
  ServerRig rig(echo);
  CallOptions options;
  options.body_max = 5;
  Result<HttpResponse> response = call(request_to(rig.port()), options);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->body_cut);
  EXPECT_EQ(response->body, "GET /");
}

Task<> call_into(HttpClient& client, HttpRequest request, int& good) {
  LR_CO_TRY(const HttpResponse response, co_await client.call(std::move(request)));
  if (response.status == 200) ++good;
  co_return Result<>();
}

Task<> call_many(HttpClient& client, std::uint16_t port, int& good) {
  std::vector<Task<>> all;
  for (int i = 0; i < 200; ++i) all.push_back(call_into(client, request_to(port), good));
  co_return co_await run_all(std::move(all), 50);
}

TEST_F(HttpClientTest, ManyCallsAtOnce) {
  ServerRig rig(echo);
  int good = 0;
  EXPECT_TRUE(loop.block_on(call_many(client, rig.port(), good)));
  EXPECT_EQ(good, 200);
}

TEST_F(HttpClientTest, SendsOddTargetsByteForByteAndRefusesOddFields) {
  ScriptedUpstream upstream([](RawClient& connection) {
    const std::string head = connection.read_until("\r\n\r\n");
    const std::string line = head.substr(0, head.find("\r\n"));
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(line.size()) +
                    "\r\n\r\n" + line);
  });
  HttpRequest request = request_to(upstream.port());
  request.raw_target = "/a/../b//%2e;x";
  EXPECT_EQ(call(request)->body, "GET /a/../b//%2e;x HTTP/1.1");
  request.headers.add("X-A", "b\r\nc");
  EXPECT_EQ(call(request).error().code(), Code::kInvalidArgument);
}

TEST_F(HttpClientTest, ReadsEveryFraming) {
  const std::map<std::string, std::string> answers = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "body"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
       "body"},
      {"HTTP/1.1 200 OK\r\n\r\nbody", "body"},
      {"HTTP/1.0 200 OK\r\n\r\nbody", "body"},
      {"HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
       "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
       "body"},
  };
  for (const auto& [bytes, body] : answers) {
    ScriptedUpstream upstream(saying_once(bytes));
    Result<HttpResponse> response = call(request_to(upstream.port()));
    ASSERT_TRUE(response) << bytes << response.error().detail();
    EXPECT_EQ(response->body, body) << bytes;
  }
}

TEST_F(HttpClientTest, AHeadAnswerHasNoBody) {
  ScriptedUpstream upstream(saying("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"));
  for (int i = 0; i < 2; ++i) {
    Result<HttpResponse> response = call(request_to(upstream.port(), "HEAD"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "");
  }
  EXPECT_EQ(upstream.accepted(), 1);
}

TEST_F(HttpClientTest, GarbageIsABadGateway) {
  std::string interim;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string answers[] = {
      "",
      "nonsense\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'a'),
      interim,
  };
  for (const std::string& bytes : answers) {
    ScriptedUpstream upstream(saying_once(bytes));
    Result<HttpResponse> response = call(request_to(upstream.port()));
    ASSERT_FALSE(response) << bytes.substr(0, 80);
    const Code code = response.error().code();
    EXPECT_TRUE(code == Code::kBadGateway || code == Code::kUnavailable)
        << bytes.substr(0, 80) << ": " << response.error().detail();
    EXPECT_EQ(response.error().origin(), Origin::kUpstream);
  }
}

TEST_F(HttpClientTest, AnAnswerWithSomethingBehindItEndsTheConnection) {
  ScriptedUpstream upstream(saying_once(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
      "evil"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(request_to(upstream.port()))->body, "ok");
  EXPECT_EQ(upstream.accepted(), 3);
}

TEST_F(HttpClientTest, NobodyThereIsUnavailable) {
  std::uint16_t port = 0;
  {
    ScriptedUpstream gone([](RawClient&) {});
    port = gone.port();
  }
  EXPECT_EQ(call(request_to(port)).error().code(), Code::kUnavailable);
}

TEST_F(HttpClientTest, AnUnknownNameIsUnavailable) {
  HttpRequest request;
  request.url.scheme = "http";
  request.url.host = "no-such-host.invalid";
  request.url.port = 80;
  const Code code = call(request).error().code();
  EXPECT_TRUE(code == Code::kUnavailable || code == Code::kDeadlineExceeded);
}

TEST_F(HttpClientTest, LocalhostIsFoundByName) {
  ServerRig rig(echo);
  HttpRequest request = request_to(rig.port());
  request.url.host = "localhost";
  Result<HttpResponse> response = call(request);
  ASSERT_TRUE(response) << response.error().detail();
  EXPECT_EQ(response->status, 200);
}

TEST_F(HttpClientTest, AStallEndsAtTheDeadline) {
  for (const std::string before : {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"}) {
    ScriptedUpstream upstream([before](RawClient& connection) {
      connection.read_until("\r\n\r\n");
      connection.send(before);
      connection.read_to_end();
    });
    CallOptions options;
    options.deadline = Deadline::after(milliseconds(150));
    const auto start = std::chrono::steady_clock::now();
    Result<HttpResponse> response = call(request_to(upstream.port()), options);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code(), Code::kDeadlineExceeded);
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
  }
}

Task<> upload_without_end(ConnectionPool& pool, ClientTimeouts timeouts) {
  LR_CO_TRY(const auto exchange, co_await pool.acquire(timeouts));
  LR_CO_TRY_VOID(co_await exchange->send("POST / HTTP/1.1\r\nHost: x\r\n\r\n", ""));
  const MonoTime give_up = std::chrono::steady_clock::now() + seconds(3);
  while (std::chrono::steady_clock::now() < give_up) {
    LR_CO_TRY_VOID(co_await exchange->write("x"));
    LR_CO_TRY_VOID(co_await sleep_for(milliseconds(5)));
  }
  co_return Result<>();
}

TEST_F(HttpClientTest, AnUploadEndsAtTheTotalTimeoutThoughEveryPieceIsTaken) {
  ScriptedUpstream upstream([](RawClient& connection) { connection.read_to_end(); });
  ClientTimeouts timeouts;
  timeouts.total = milliseconds(200);
  ConnectionPool pool(loop, url_of(upstream.port()), nullptr, timeouts, 1);
  const auto start = std::chrono::steady_clock::now();
  const Result<> sent = loop.block_on(upload_without_end(pool, timeouts));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), Code::kDeadlineExceeded);
  EXPECT_EQ(sent.error().origin(), Origin::kUpstream);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
}

Task<> download_without_end(ConnectionPool& pool, ClientTimeouts timeouts) {
  LR_CO_TRY(const auto exchange, co_await pool.acquire(timeouts));
  LR_CO_TRY_VOID(co_await exchange->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""));
  LR_CO_TRY([[maybe_unused]] const auto* head, co_await exchange->read_head());
  const MonoTime give_up = std::chrono::steady_clock::now() + seconds(3);
  while (std::chrono::steady_clock::now() < give_up) {
    LR_CO_TRY(const std::string_view piece, co_await exchange->read_some());
    if (piece.empty()) co_return fail(Code::kInternal, "it ended");
  }
  co_return Result<>();
}

TEST_F(HttpClientTest, AnAnswerEndsAtTheTotalTimeoutThoughItKeepsComing) {
  for (const milliseconds pause : {milliseconds(0), milliseconds(3), milliseconds(20)}) {
    ScriptedUpstream upstream([pause](RawClient& connection) {
      connection.read_until("\r\n\r\n");
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
      const std::string piece(pause.count() == 0 ? 256 * 1024 : 1, 'x');
      while (!connection.gone()) {
        connection.send(piece);
        std::this_thread::sleep_for(pause);
      }
    });
    ClientTimeouts timeouts;
    timeouts.total = milliseconds(200);
    ConnectionPool pool(loop, url_of(upstream.port()), nullptr, timeouts, 1);
    const Result<> got = loop.block_on(download_without_end(pool, timeouts));
    ASSERT_FALSE(got) << pause.count();
    EXPECT_EQ(got.error().code(), Code::kDeadlineExceeded) << pause.count();
  }
}

TEST_F(HttpClientTest, RawSendsAndReturnsBytesAsTheyAre) {
  ScriptedUpstream upstream([](RawClient& connection) {
    connection.send(connection.read_until("END"));
    connection.send(" and more");
    connection.read_to_end();
  });
  Result<std::string> answer =
      loop.block_on(client.raw(url_of(upstream.port()), "a\x01\r\r\nEND", milliseconds(100)));
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, "a\x01\r\r\nEND and more");
}

}  // namespace
}  // namespace lr::net
