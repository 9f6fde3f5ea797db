// What reaches the upstream, and in which form.
#include <gmock/gmock.h>

#include "guard/testing/guard_fixture.h"
#include "guard/upstream_head.h"

namespace lr::guard::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SurfaceTest : public GuardTest {
 protected:
  SurfaceTest() { write_contract(); }
  void SetUp() override { start(); }
};

TEST_F(SurfaceTest, UnlistedRoutesAndMethodsDoNotExist) {
  for (const char* path : {"/", "/.env", "/private/x", "/PRIVATE", "/public/", "/metrics"}) {
    const Reply reply = get(path);
    EXPECT_TRUE(reply.status == 404 || reply.status == 400) << path << reply.raw;
    EXPECT_THAT(reply.body, HasSubstr("\"request_id\":\"" + reply.field("X-Request-Id") + "\""));
  }
  const Reply wrong = send("DELETE /public HTTP/1.1\nHost: a\n\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(send("BREW /public HTTP/1.1\nHost: a\n\n").status, 405);
  EXPECT_EQ(upstream_->count(), 0U);
}

TEST_F(SurfaceTest, AmbiguousMessagesAreRefusedBeforeTheyReachAnybody) {
  const char* const kSmuggled[] = {
      "POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      "POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      "POST /public HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
      "GET /public HTTP/1.1\nHost: a\n\n",
      "GET /public HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
      "GET /public HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET http://b/public HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /public HTTP/1.1\r\n\r\n",
      "GET /public HTTP/1.1\r\nHost : a\r\n\r\n",
      "GET /pub\x01lic HTTP/1.1\r\nHost: a\r\n\r\n",
  };
  for (const char* bytes : kSmuggled) {
    Wire wire(guard_->port());
    wire.send(bytes);
    const Reply reply = parse_reply(wire.read_all());
    EXPECT_GE(reply.status, 400) << bytes;
    EXPECT_LT(reply.status, 506) << bytes;
    EXPECT_FALSE(reply.field("X-Request-Id").empty()) << reply.raw;
    EXPECT_THAT(reply.body, HasSubstr(reply.field("X-Request-Id")));
  }
  EXPECT_EQ(upstream_->count(), 0U);
}

TEST_F(SurfaceTest, OversizedHeadsAreRefused) {
  EXPECT_EQ(get("/public?" + std::string(9'000, 'a')).status, 414);
  EXPECT_EQ(get("/public", "X-Long: " + std::string(9'000, 'a') + "\n").status, 431);
  std::string many;
  for (int i = 0; i < 120; ++i) many += "X-" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(get("/public", many).status, 431);
  EXPECT_EQ(upstream_->count(), 0U);
}

TEST_F(SurfaceTest, TheUpstreamSeesExactlyWhatWasDecided) {
  EXPECT_EQ(get("/%70ublic?q=%2e%2e&r=1").status, 200);
  ASSERT_EQ(upstream_->count(), 1U);
  EXPECT_THAT(upstream_->requests()[0],
              ::testing::StartsWith("GET /public?q=%2e%2e&r=1 HTTP/1.1\n"));
}

TEST_F(SurfaceTest, WhatTheClientClaimsAboutItselfIsDropped) {
  get("/private", bearer() +
                      "X-Forwarded-For: 6.6.6.6\nX-Real-IP: 6.6.6.6\nForwarded: for=6.6.6.6\n"
                      "True-Client-IP: 6.6.6.6\nX-User-Id: root\nX-Tenant-Id: tenant-of-others\n"
                      "X-Launchready-Roles: admin\nX_Launchready_User: root\n"
                      "X-HTTP-Method-Override: DELETE\nX-Original-URL: /admin\n"
                      "X-Rewrite-URL: /admin\nX-Forwarded-Prefix: /x\nTE: trailers\n"
                      "Proxy: http://evil\nX-Keep: yes\nX-Gone: yes\n"
                      "Connection: X-Gone, keep-alive\n");
  ASSERT_EQ(upstream_->count(), 1U);
  const std::string seen = upstream_->requests()[0];
  for (const char* gone : {"6.6.6.6", "root", "tenant-of-others", "Override", "Original", "Rewrite",
                           "Prefix", "trailers", "evil", "X-Gone"}) {
    EXPECT_THAT(seen, Not(HasSubstr(gone)));
  }
  EXPECT_THAT(seen, HasSubstr("X-Keep: yes\n"));
  EXPECT_THAT(seen, HasSubstr("X-Forwarded-For: 127.0.0.1\n"));
  EXPECT_THAT(seen, HasSubstr("X-Forwarded-Proto: http\n"));
  EXPECT_THAT(seen, HasSubstr("X-Forwarded-Host: a\n"));
  EXPECT_THAT(seen, HasSubstr("X-Launchready-User: alice\nX-Launchready-Tenant: t1\n"));
  EXPECT_THAT(seen, HasSubstr("X-Launchready-Roles: viewer\n"));
  EXPECT_THAT(seen, HasSubstr("traceparent: 00-"));
}

TEST_F(SurfaceTest, TheProductsNameGoesUpWhenAnyHostIsAccepted) {
  std::string contract = basic_contract();
  contract.replace(contract.find("test: { "), 8, "test: { url: \"https://chat.example\", ");
  write_file("contract.yaml", contract);
  start();
  EXPECT_EQ(send("GET /public HTTP/1.1\nHost: evil.example\n\n").status, 200);
  EXPECT_THAT(upstream_->requests().back(), HasSubstr("X-Forwarded-Host: chat.example\n"));
  EXPECT_THAT(upstream_->requests().back(), Not(HasSubstr("evil")));
  write_file("contract.yaml", contract + "guard: { hosts: [chat.example, m.example] }\n");
  ASSERT_TRUE(guard_->reload().has_value());
  EXPECT_EQ(send("GET /public HTTP/1.1\nHost: m.example\n\n").status, 200);
  EXPECT_THAT(upstream_->requests().back(), HasSubstr("X-Forwarded-Host: m.example\n"));
}

TEST_F(SurfaceTest, WhatWasJudgedIsNotDroppedAtTheClientsWish) {
  const std::string hop = "Connection: Content-Type, Authorization\n";
  const std::string json = "Content-Type: application/json\n";
  EXPECT_EQ(post("/messages", bearer() + json + hop, R"({"text":"&text=2"})").status, 200);
  ASSERT_EQ(upstream_->count(), 1U);
  EXPECT_THAT(upstream_->requests()[0], HasSubstr("Content-Type: application/json\n"));
  EXPECT_THAT(upstream_->requests()[0], HasSubstr("Authorization: Bearer "));
}

TEST_F(SurfaceTest, ApiKeysStayHereAndTokensGoOn) {
  EXPECT_EQ(get("/private", "X-Api-Key: robot-key\n").status, 200);
  EXPECT_EQ(get("/private", bearer()).status, 200);
  ASSERT_EQ(upstream_->count(), 2U);
  EXPECT_THAT(upstream_->requests()[0], Not(HasSubstr("robot-key")));
  EXPECT_THAT(upstream_->requests()[0], HasSubstr("X-Launchready-User: robot\n"));
  EXPECT_THAT(upstream_->requests()[1], HasSubstr("Authorization: Bearer "));
}

TEST_F(SurfaceTest, AnswersSayNothingAboutTheSoftware) {
  const Reply reply = get("/public");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.field("Server"), "");
  EXPECT_EQ(reply.field("X-Powered-By"), "");
  EXPECT_EQ(reply.field("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(reply.field("Cache-Control"), "no-store");
  EXPECT_EQ(reply.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply.field("Strict-Transport-Security"), "");
  EXPECT_THAT(get("/cached").field("Cache-Control"), HasSubstr("max-age"));
  EXPECT_EQ(get("/cached?answer=cookie").field("Cache-Control"), "no-store");
  EXPECT_THAT(get("/page?answer=html").field("Content-Security-Policy"),
              HasSubstr("default-src 'self'"));
}

TEST_F(SurfaceTest, RedirectsToTheUpstreamItselfStayHere) {
  const Reply reply = get("/public?answer=redirect");
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.field("Location"), "/elsewhere");
}

TEST_F(SurfaceTest, PipelinedRequestsAreAnsweredInOrder) {
  Wire wire(guard_->port());
  wire.send(
      "GET /public?n=1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /public?n=3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string all = wire.read_all();
  const std::size_t first = all.find("GET /public?n=1");
  const std::size_t second = all.find("HTTP/1.1 404");
  const std::size_t third = all.find("GET /public?n=3");
  ASSERT_NE(third, std::string::npos) << all;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST_F(SurfaceTest, BodiesArePassedOnInEitherCoding) {
  EXPECT_THAT(post("/public", "", "hello").body, HasSubstr("\n\nhello"));
  const Reply chunked = send(
      "POST /public HTTP/1.1\nHost: a\nTransfer-Encoding: "
      "chunked\n\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.body, HasSubstr("\n\nabcde"));
  const std::string large(600'000, 'y');
  EXPECT_THAT(post("/public", "", large).body, HasSubstr(large));
}

TEST_F(SurfaceTest, BodiesOverTheirBoundAreCutOff) {
  EXPECT_EQ(send("POST /public HTTP/1.1\nHost: a\nContent-Length: 99999999\n\n").status, 413);
  std::string chunks;
  const std::string piece(100'000, 'z');
  for (int i = 0; i < 15; ++i) chunks += "186a0\r\n" + piece + "\r\n";
  const Reply reply =
      send("POST /public HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n" + chunks + "0\r\n\r\n");
  EXPECT_TRUE(reply.status == 413 || reply.status == 0) << reply.raw;
  EXPECT_EQ(send("GET /public HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc").status, 400);
}

TEST_F(SurfaceTest, HeadHasNoBody) {
  const Reply reply = send("HEAD /public HTTP/1.1\nHost: a\n\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
}

TEST(GuardOwnedFields, KnowsAllSpellings) {
  for (const char* name :
       {"Host", "connection", "X-Forwarded-For", "x-forwarded-port", "X-USER-ID", "x-user",
        "X_Forwarded_For", "Forwarded", "x-real-ip", "X-HTTP-Method-Override", "any_thing",
        "X-Launchready-User", "x-middleware-subrequest", "Transfer-Encoding", "TE"}) {
    EXPECT_TRUE(is_guard_owned_field(name)) << name;
  }
  for (const char* name : {"Accept", "Authorization", "Cookie", "X-Userland", "X-Custom", "Origin",
                           "x-", "T", "Idempotency-Key", "Last-Event-ID"}) {
    EXPECT_FALSE(is_guard_owned_field(name)) << name;
  }
}

}  // namespace
}  // namespace lr::guard::testing
