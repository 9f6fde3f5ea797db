#include "domain/smtp/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "domain/smtp/testing/mx_stage.h"
#include "net/http_client.h"
#include "net/testing/rig.h"

namespace lr::domain {
namespace {

using namespace std::chrono_literals;
using net::testing::RawClient;
using ::testing::HasSubstr;
using ::testing::Not;

struct Dialogue {
  explicit Dialogue(std::uint16_t port) {
    auto stream =
        loop.block_on(net::connect(loop, net::testing::url_of(port), nullptr, Deadline::after(5s)));
    session = std::make_unique<SmtpSession>(
        std::move(*stream), SmtpPatience{.greeting = 2s, .reply = 2s, .acceptance = 2s});
  }
  ~Dialogue() { session.reset(); }
  net::EventLoop loop;
  std::unique_ptr<SmtpSession> session;
};

TEST(DotStuffing, KeepsTheMessageAndItsEnd) {
  EXPECT_EQ(dot_stuffed("a\r\n.\r\n..b"), "a\r\n..\r\n...b\r\n.\r\n");
  EXPECT_EQ(dot_stuffed(""), ".\r\n");
  EXPECT_EQ(dot_stuffed("\n.\n"), "\r\n..\r\n.\r\n");
  EXPECT_EQ(dot_stuffed("a\r.\nb"), "a\r\n..\r\nb\r\n.\r\n");
}

TEST(SmtpSession, OneCommandIsOneLine) {
  const net::testing::ScriptedUpstream server([](RawClient& client) { client.read_to_end(); });
  Dialogue to(server.port());
  for (const std::string& line :
       {std::string("NOOP\r\nQUIT"), std::string("NOOP\nQUIT"), std::string("A\0B", 3)}) {
    const auto refused = to.loop.block_on(to.session->command(line));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
  }
}

TEST(SmtpSession, AnOldServerIsGreetedWithHelo) {
  const net::testing::ScriptedUpstream server([](RawClient& client) {
    client.send("220 old\r\n");
    client.read_until("\r\n");
    client.send("502 what?\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "HELO a.example\r\n");
    client.send("250 old.example hello\r\n");
  });
  Dialogue to(server.port());
  ASSERT_TRUE(to.loop.block_on(to.session->greeting()));
  ASSERT_TRUE(to.loop.block_on(to.session->hello("a.example")));
  EXPECT_FALSE(to.session->capabilities().extended);
  EXPECT_EQ(to.session->capabilities().name, "old.example");
}

TEST(SmtpSession, NoPasswordInTheClear) {
  const net::testing::ScriptedUpstream server([](RawClient& client) {
    client.send("220 x\r\n");
    EXPECT_EQ(client.read_to_end(), "");
  });
  {
    Dialogue to(server.port());
    const Secret password("very-hidden-word");
    ASSERT_TRUE(to.loop.block_on(to.session->greeting()));
    const auto refused = to.loop.block_on(to.session->authenticate("app", password));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Code::kPermissionDenied);
  }
}

TEST(SmtpSession, SilenceGarbageAndEndlessLinesEnd) {
  const auto greeted = [](std::function<void(RawClient&)> script) {
    const net::testing::ScriptedUpstream server(std::move(script));
    Dialogue to(server.port());
    const auto reply = to.loop.block_on(to.session->greeting());
    return reply ? Code::kInternal : reply.error().code();
  };
  EXPECT_EQ(greeted([](RawClient& client) { client.read_to_end(); }), Code::kDeadlineExceeded);
  EXPECT_EQ(greeted([](RawClient& client) { client.send("SSH-2.0-x\r\n"); }), Code::kBadGateway);
  EXPECT_EQ(greeted([](RawClient& client) { client.send(std::string(65536, '2')); }),
            Code::kPayloadTooLarge);
  EXPECT_EQ(greeted([](RawClient& client) { client.close(); }), Code::kUnavailable);
}

struct Starttls : ::testing::Test {
  Result<net::TlsSession> start(MxBehaviour behaviour, net::TlsUpgrade options) {
    const ScriptedMx server(std::move(behaviour));
    Dialogue to(server.port());
    EXPECT_TRUE(to.loop.block_on(to.session->greeting()));
    auto context = net::TlsClientContext::create((stage.folder->path() / "root.pem").string());
    auto session = to.loop.block_on(to.session->start_tls(*context, std::move(options)));
    if (session) {
      EXPECT_TRUE(to.session->secure());
      EXPECT_TRUE(to.loop.block_on(to.session->hello("a.example")));
    } else {
      EXPECT_FALSE(to.session->secure());
    }
    return session;
  }
  MxStage stage;
  TestCertificate right = stage.certificate("mx.acme.example");
};

TEST_F(Starttls, VerifiesTheServer) {
  const auto good = start({.certificate = right}, {.host = "mx.acme.example"});
  ASSERT_TRUE(good) << good.error().detail();
  EXPECT_EQ(good->version, "TLSv1.3");
  EXPECT_TRUE(good->trusted);
  EXPECT_EQ(good->chain.size(), 2U);
  const auto wrong = start({.certificate = right}, {.host = "mx.other.example"});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().detail(), HasSubstr("mismatch"));
  const auto expired =
      start({.certificate = stage.expired("mx.acme.example")}, {.host = "mx.acme.example"});
  ASSERT_FALSE(expired);
  EXPECT_THAT(expired.error().detail(), HasSubstr("expired"));
}

TEST_F(Starttls, OrTellsWhatIsWrong) {
  const auto wrong =
      start({.certificate = right}, {.host = "mx.other.example", .must_verify = false});
  ASSERT_TRUE(wrong);
  EXPECT_TRUE(wrong->trusted);
  EXPECT_FALSE(wrong->named);
  const auto later =
      start({.certificate = right}, {.host = "mx.acme.example",
                                     .must_verify = false,
                                     .at = stage.now + std::chrono::hours(24 * 400)});
  ASSERT_TRUE(later);
  EXPECT_FALSE(later->trusted);
  EXPECT_TRUE(later->named);
  EXPECT_THAT(later->why, HasSubstr("expired"));
}

TEST_F(Starttls, RefusesWhatWasSaidInTheClear) {
  const auto injected =
      start({.certificate = right, .talks_before_tls = true}, {.host = "mx.acme.example"});
  ASSERT_FALSE(injected);
  EXPECT_EQ(injected.error().code(), Code::kBadGateway);
  const auto refused = start({.starttls = false}, {.host = "mx.acme.example"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail(), HasSubstr("500"));
}

TEST(Transcript, IsBounded) {
  Transcript transcript;
  for (int i = 0; i < 10'000; ++i) transcript.server(std::string(1000, 'x'));
  EXPECT_LT(transcript.str().size(), Transcript::kBytesMax + 1000);
  EXPECT_THAT(transcript.str(), HasSubstr("left out"));
}

}  // namespace
}  // namespace lr::domain
