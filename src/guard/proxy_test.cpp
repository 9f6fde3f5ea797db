// Upstreams that are slow, broken, away or streaming, and clients that leave.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "guard/testing/guard_fixture.h"
#include "net/testing/rig.h"

namespace lr::guard::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ProxyTest : public GuardTest {
 protected:
  static constexpr const char* kImpatient =
      "guard: { timeouts: { connect: 500ms, first_byte: 150ms, idle: 300ms, total: 5s } }";
};

TEST_F(ProxyTest, EventsAreForwardedOneByOne) {
  start_with("");
  Wire wire(guard_->port());
  wire.send("GET /public?answer=sse HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string head = wire.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("X-Accel-Buffering: no\r\n"));
  EXPECT_THAT(head, HasSubstr("Cache-Control: no-cache, no-store\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(head, Not(HasSubstr("event 1")));
  upstream_->release();
  EXPECT_THAT(wire.read_until("event 1\n\n"), Not(HasSubstr("event 2")));
  upstream_->release();
  EXPECT_THAT(wire.read_until("event 2\n\n"), Not(HasSubstr("event 3")));
  upstream_->release();
  EXPECT_THAT(wire.read_until("\r\n0\r\n\r\n"), HasSubstr("event 3"));
}

TEST_F(ProxyTest, TheUpstreamIsAbortedWhenTheClientLeaves) {
  start_with("");
  {
    Wire wire(guard_->port());
    wire.send("GET /public?answer=hang HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(upstream_->wait_for_requests(1));
  }
  EXPECT_TRUE(upstream_->wait_for_abandoned(1));
  Wire stream(guard_->port());
  stream.send("GET /public?answer=sse HTTP/1.1\r\nHost: a\r\n\r\n");
  stream.read_until("\r\n\r\n");
  stream.close();
  EXPECT_TRUE(upstream_->wait_for_abandoned(2));
  EXPECT_TRUE(eventually([&] {
    return admin("GET", "/metrics").body.find("launchready_clients_gone_total 2") !=
           std::string::npos;
  }));
}

TEST_F(ProxyTest, ASlowUpstreamIsATimeout) {
  start_with(kImpatient);
  const Reply reply = get("/public?answer=hang");
  EXPECT_EQ(reply.status, 504);
  EXPECT_THAT(reply.body, HasSubstr("deadline_exceeded"));
  EXPECT_THAT(reply.body, HasSubstr(reply.field("X-Request-Id")));
  EXPECT_TRUE(upstream_->wait_for_abandoned(1));
}

TEST_F(ProxyTest, TheTotalTimeoutEndsAnUploadThatDripsIn) {
  start_with(
      "guard: { timeouts: { connect: 500ms, first_byte: 300ms, idle: 300ms, total: 400ms } }");
  Wire wire(guard_->port());
  wire.send("POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 40; ++i) {
    wire.send(std::string(20, 'x'));
    std::this_thread::sleep_for(milliseconds(20));
  }
  const Reply reply = parse_reply(wire.read_all());
  EXPECT_EQ(reply.status, 408);
  EXPECT_THAT(reply.body, HasSubstr(reply.field("X-Request-Id")));
}

/// Does not wait for bodies; answers GET.
void give_up_on_bodies(net::testing::RawClient& connection) {
  const std::string head = connection.read_until("\r\n\r\n");
  if (head.starts_with("GET ")) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    return;
  }
  std::this_thread::sleep_for(milliseconds(150));
  if (head.find("/busy") == std::string::npos) return;
  connection.send(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/// The status of a request whose body comes in two halves.
int upload(std::uint16_t port, const std::string& target, milliseconds pause) {
  Wire wire(port);
  wire.send("POST " + target +
            " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 20\r\n\r\n0123456789");
  if (pause.count() > 0) std::this_thread::sleep_for(pause);
  wire.send("0123456789");
  return parse_reply(wire.read_all()).status;
}

constexpr const char* kShortTotal =
    "guard: { timeouts: { connect: 500ms, first_byte: 2s, idle: 2s, total: 4s },"
    " breaker: { failures: 2, open_for: 10s } }";

TEST_F(ProxyTest, SlowClientsDoNotOpenTheBreaker) {
  const net::testing::ScriptedUpstream scripted(give_up_on_bodies);
  options_.upstream = net::testing::url_of(scripted.port());
  start_with(kShortTotal);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(upload(guard_->port(), "/public", milliseconds(400)), 502);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(upload(guard_->port(), "/public?/busy", milliseconds(400)), 503);
  }
  EXPECT_EQ(get("/public").status, 200);
}

TEST_F(ProxyTest, AnUpstreamThatGivesUpOnQuickClientsOpensTheBreaker) {
  const net::testing::ScriptedUpstream scripted(give_up_on_bodies);
  options_.upstream = net::testing::url_of(scripted.port());
  start_with(kShortTotal);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(upload(guard_->port(), "/public", milliseconds(0)), 502);
  EXPECT_EQ(get("/public").status, 503);
}

TEST_F(ProxyTest, AnAnswerThatBreaksOffDoesNotLookComplete) {
  start_with("");
  Wire wire(guard_->port());
  wire.send("GET /public?answer=cut HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string all = wire.read_all();
  const bool complete = all.find("HTTP/1.1 200") == 0 &&
                        all.find("the first part") != std::string::npos && all.size() > 1'000;
  EXPECT_FALSE(complete) << all;
}

TEST_F(ProxyTest, AnUpstreamThatIsAwayIsABadGatewayThenTheBreakerOpens) {
  start_with("guard: { breaker: { failures: 3, open_for: 200ms } }");
  const std::uint16_t port = upstream_->port();
  EXPECT_EQ(get("/public").status, 200);
  upstream_.reset();
  for (int i = 0; i < 3; ++i) {
    const Reply reply = get("/public");
    EXPECT_EQ(reply.status, 502);
    EXPECT_THAT(reply.body, HasSubstr(reply.field("X-Request-Id")));
    EXPECT_THAT(reply.raw, Not(HasSubstr("127.0.0.1")));
  }
  const Reply open = get("/public");
  EXPECT_EQ(open.status, 503);
  EXPECT_FALSE(open.field("Retry-After").empty());
  EXPECT_EQ(admin("GET", "/livez").status, 200);
  EXPECT_THAT(admin("GET", "/metrics").body, HasSubstr("launchready_breaker_open 1"));
  upstream_ = std::make_unique<EchoUpstream>(port);
  EXPECT_TRUE(eventually([&] { return get("/public").status == 200; }));
  EXPECT_THAT(admin("GET", "/metrics").body, HasSubstr("launchready_breaker_open 0"));
}

TEST_F(ProxyTest, ADeadKeptConnectionIsReplacedOnce) {
  start_with("");
  EXPECT_EQ(get("/public").status, 200);
  const std::uint16_t port = upstream_->port();
  upstream_.reset();
  upstream_ = std::make_unique<EchoUpstream>(port);
  EXPECT_EQ(get("/public").status, 200);
}

TEST_F(ProxyTest, AHeadThatDripsInIsCutOff) {
  parts_.head_timeout = milliseconds(150);
  start_with("");
  Wire slow(guard_->port());
  slow.send("GET /public HTTP/1.1\r\nHos");
  const Reply reply = parse_reply(slow.read_all());
  EXPECT_EQ(reply.status, 408);
  EXPECT_FALSE(reply.field("X-Request-Id").empty());
  EXPECT_EQ(upstream_->count(), 0U);
}

TEST_F(ProxyTest, HalfClosedClientsHoldNothing) {
  start_with("");
  Wire half(guard_->port());
  half.send("POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  half.finish();
  EXPECT_EQ(get("/public").status, 200);
  EXPECT_TRUE(eventually([&] {
    return admin("GET", "/metrics").body.find("launchready_requests_in_flight 0") !=
           std::string::npos;
  }));
}

TEST_F(ProxyTest, ManyConnectionsAreServedAtOnce) {
  start_with("");
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 40; ++i) {
    wires.push_back(std::make_unique<Wire>(guard_->port()));
    wires.back()->send("GET /public?answer=late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }
  ASSERT_TRUE(upstream_->wait_for_requests(40));
  upstream_->release();
  for (const auto& wire : wires) EXPECT_EQ(parse_reply(wire->read_all()).status, 200);
}

TEST_F(ProxyTest, LargeAnswersAreStreamed) {
  start_with("");
  const Reply reply = get("/public?answer=big");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body.size(), 5 * limits::kMiB);
}

TEST_F(ProxyTest, AFallbackTextReplacesTheStandardOne) {
  start_with("guard: { fallback: \"Please call 555-0100.\" }");
  EXPECT_THAT(get("/public?answer=500").body, HasSubstr("Please call 555-0100."));
  EXPECT_THAT(get("/nothing").body, Not(HasSubstr("555-0100")));
}

}  // namespace
}  // namespace lr::guard::testing
