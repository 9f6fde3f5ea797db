// Visits to servers that refuse, stall, or speak something else.
#include "domain/web/visitor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "domain/zone.h"
#include "net/testing/rig.h"

namespace lr::domain {
namespace {

using net::testing::RawClient;
using net::testing::ScriptedUpstream;

constexpr CheckDef kOne[] = {{.id = "visits.any", .title = "any", .why = "any", .fix = "any"}};
constexpr Area kVisits{"visits", kOne, [](Inspection&) {}};

struct VisitorTest : ::testing::Test {
  Zone zone;
  Subject subject;
  Network network{.resolver = zone};
  Inspection inspection{kVisits, subject, network};
  Visitor visitor{inspection};

  void SetUp() override {
    zone.add({"a.test", RecordType::kA, 300, *text::parse_ip("127.0.0.1")});
    zone.set_unreachable("lost.test");
  }
  void at(std::uint16_t port) { network.ports = {{80, port}, {443, port}}; }
  Reach reach(std::string_view scheme, std::string_view host = "a.test") {
    return visitor.visit(web_url(scheme, host)).reach;
  }
};

std::function<void(RawClient&)> saying(std::string answer) {
  return [answer](RawClient& peer) {
    peer.read_until("\r\n\r\n");
    peer.send(answer);
  };
}

/// Accepts and keeps quiet until the client has left.
void say_nothing(RawClient& peer) { peer.read_to_end(); }

TEST_F(VisitorTest, AnswersAreReadWithTheirFields) {
  const ScriptedUpstream upstream(saying("HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n"));
  at(upstream.port());
  const Visit visit = visitor.visit(web_url("http", "a.test"));
  EXPECT_EQ(visit.reach, Reach::kAnswered);
  EXPECT_EQ(visit.quote({"server"}), "GET http://a.test/ at 127.0.0.1\n204\nServer: x");
}

TEST_F(VisitorTest, TellsWhatIsMissing) {
  EXPECT_EQ(reach("http", "nowhere.test"), Reach::kNoAddress);
  EXPECT_EQ(reach("http", "lost.test"), Reach::kLookUpFailed);
  at(1);  // tcpmux: nobody listens there.
  EXPECT_EQ(reach("http"), Reach::kRefused);
  EXPECT_EQ(reach("https"), Reach::kRefused);
}

TEST_F(VisitorTest, GarbageIsNoHttp) {
  const ScriptedUpstream upstream(saying("SSH-2.0-OpenSSH_9.2\r\n"));
  at(upstream.port());
  EXPECT_EQ(reach("http"), Reach::kNoHttp);
}

TEST_F(VisitorTest, APlainServerHasNoTls) {
  const ScriptedUpstream upstream([](RawClient& peer) {
    peer.read_bytes(1);
    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });
  at(upstream.port());
  EXPECT_EQ(reach("https"), Reach::kNoTls);
}

TEST_F(VisitorTest, AServerThatStallsIsUnknownInBoundedTime) {
  const ScriptedUpstream upstream(say_nothing);
  at(upstream.port());
  for (const std::string_view scheme : {"http", "https"}) {
    network.deadline = Deadline::after(milliseconds(300));
    const MonoTime start = std::chrono::steady_clock::now();
    const Visit visit = visitor.visit(web_url(scheme, "a.test"));
    EXPECT_EQ(visit.reach, Reach::kUnreachable) << scheme;
    EXPECT_TRUE(visit.timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
  }
}

TEST_F(VisitorTest, AnEndlessBodyIsCut) {
  const ScriptedUpstream upstream([](RawClient& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(16 * 1024, 'x');
    for (int i = 0; i < 64 && !peer.gone(); ++i) peer.send(piece);
  });
  at(upstream.port());
  const Visit visit = visitor.visit(web_url("http", "a.test"), {.body_max = 1000});
  EXPECT_EQ(visit.reach, Reach::kAnswered);
  EXPECT_EQ(visit.response.body.size(), 1000U);
  EXPECT_TRUE(visit.response.body_cut);
}

TEST_F(VisitorTest, AHeadThatNeverEndsIsNoHttp) {
  const ScriptedUpstream upstream([](RawClient& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\n");
    const std::string field = "X: " + std::string(4000, 'x') + "\r\n";
    for (int i = 0; i < 64 && !peer.gone(); ++i) peer.send(field);
  });
  at(upstream.port());
  EXPECT_EQ(reach("http"), Reach::kNoHttp);
}

TEST_F(VisitorTest, RedirectsWithoutEndAreLeft) {
  std::atomic<int> count = 0;
  const ScriptedUpstream upstream([&count](RawClient& peer) {
    while (peer.read_until("\r\n\r\n").ends_with("\r\n\r\n")) {
      peer.send(
          fmt::format("HTTP/1.1 302 Found\r\nLocation: /{}\r\nContent-Length: 0\r\n\r\n", ++count));
    }
  });
  at(upstream.port());
  const Chain chain = visitor.follow(web_url("http", "a.test"));
  EXPECT_EQ(chain.end, Chain::End::kTooLong);
  EXPECT_EQ(chain.hops.size(), Visitor::kHops + 1);
}

TEST_F(VisitorTest, VisitsAreCounted) {
  at(1);
  for (std::size_t i = 0; i < Visitor::kVisits; ++i) EXPECT_EQ(reach("http"), Reach::kRefused);
  EXPECT_EQ(reach("http"), Reach::kGivenUp);
}

}  // namespace
}  // namespace lr::domain
