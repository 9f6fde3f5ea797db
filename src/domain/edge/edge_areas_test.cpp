// The areas bypass, spoof, cache and edge_dns against a real nginx: 127.0.0.1 is the edge,
// 127.0.0.2 the origin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/edge/cache_signs.h"
#include "domain/edge/cloudflare_ranges.h"
#include "domain/edge/direct.h"
#include "domain/testing/web_stage.h"
#include "net/tls.h"

namespace lr::domain {

extern const Area area_bypass;
extern const Area area_spoof;
extern const Area area_cache;
extern const Area area_edge_dns;

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct EdgeStage : ::testing::Test {
  WebStage stage;
  void SetUp() override {
    stage.add_address("acme.test", "127.0.0.1");
    stage.subject().edge.provider = "cloudflare";
    stage.subject().edge.ranges = {*text::parse_ip_prefix("127.0.0.1")};
    stage.subject().edge.origins = {*text::parse_ip("127.0.0.2")};
  }
  void serve_edge(std::string_view rules) { stage.serve_https("acme.test", rules); }
  void serve_origin(std::string_view https, std::string_view http = "") {
    if (!https.empty()) {
      stage.setup().http +=
          "server { listen 127.0.0.2:@TLS_PORT@ ssl; ssl_certificate @FOLDER@/acme.test.pem; "
          "ssl_certificate_key @FOLDER@/acme.test.key; " +
          std::string(https) + "}\n";
    }
    if (!http.empty()) {
      stage.setup().http +=
          "server { listen 127.0.0.2:@PORT@; server_name acme.test; " + std::string(http) + "}\n";
    }
  }
  Verdicts verdicts(const Area& area) {
    stage.start();
    Verdicts out = stage.inspect(area);
    EXPECT_THAT(out.silent, IsEmpty());
    return out;
  }
};

constexpr std::string_view kPage = "return 200 'hello';";

using Bypass = EdgeStage;

TEST_F(Bypass, AClosedOriginIsProved) {
  serve_edge(kPage);
  const Verdicts all = verdicts(area_bypass);
  for (const CheckDef& check : area_bypass.checks) EXPECT_EQ(all.of(check.id), "pass") << check.id;
}

TEST_F(Bypass, FindsAnOriginThatAnswersAnybody) {
  serve_edge(kPage);
  serve_origin(kPage, kPage);
  const Verdicts all = verdicts(area_bypass);
  EXPECT_EQ(all.failing(), "bypass.origin_https bypass.origin_http");
  EXPECT_EQ(all.finding("bypass.origin_https")->severity, report::Severity::kHigh);
}

TEST_F(Bypass, AnUntrustedCertificateProtectsNothing) {
  serve_edge(kPage);
  const auto own = net::make_self_signed("origin.test");
  stage.setup().files["own.pem"] = own->certificate;
  stage.setup().files["own.key"] = own->key;
  stage.setup().http +=
      "server { listen 127.0.0.2:@TLS_PORT@ ssl; ssl_certificate @FOLDER@/own.pem; "
      "ssl_certificate_key @FOLDER@/own.key; return 200 'hello'; }";
  EXPECT_EQ(verdicts(area_bypass).failing(), "bypass.origin_https");
}

TEST_F(Bypass, ARefusalIsProved) {
  serve_edge(kPage);
  serve_origin("return 403;", "return 301 https://acme.test$request_uri;");
  EXPECT_EQ(verdicts(area_bypass).failing(), "");
}

TEST_F(Bypass, ADemandedClientCertificateIsProved) {
  serve_edge(kPage);
  serve_origin("ssl_client_certificate @FOLDER@/acme.test.pem; ssl_verify_client on; " +
               std::string(kPage));
  const Verdicts all = verdicts(area_bypass);
  EXPECT_EQ(all.of("bypass.origin_https"), "pass");
}

TEST_F(Bypass, ARefusalThatTheEdgeGivesTooProvesNothing) {
  serve_edge("return 403;");
  serve_origin("return 403;");
  EXPECT_EQ(verdicts(area_bypass).of("bypass.origin_https"), "inconclusive");
}

TEST_F(Bypass, FindsANameThatShowsTheOrigin) {
  serve_edge(kPage);
  stage.add_address("direct.acme.test", "127.0.0.2");
  const Verdicts all = verdicts(area_bypass);
  EXPECT_EQ(all.failing(), "bypass.leaked_name");
  EXPECT_THAT(all.finding("bypass.leaked_name")->location.url, "direct.acme.test");
}

TEST_F(Bypass, LeakedNamesAreFoundWithoutTheNetwork) {
  stage.add_address("ftp.acme.test", "127.0.0.2");
  stage.start();
  const Verdicts all = stage.inspect(area_bypass, false);
  EXPECT_THAT(all.silent, IsEmpty());
  EXPECT_EQ(all.failing(), "bypass.leaked_name");
  EXPECT_EQ(all.of("bypass.origin_https"), "not_applicable");
}

TEST_F(Bypass, WithoutOriginsOrEdgeNotApplicable) {
  stage.subject().edge.origins.clear();
  EXPECT_EQ(verdicts(area_bypass).of("bypass.origin_https"), "not_applicable");
  stage.subject().edge = {};
  EXPECT_EQ(stage.inspect(area_bypass).of("bypass.leaked_name"), "not_applicable");
}

Visit visit_of(Reach reach, int status = 0) {
  Visit visit;
  visit.url = web_url("https", "acme.test");
  visit.reach = reach;
  visit.response.status = status;
  return visit;
}

TEST(JudgeDirect, TellsSilenceFromNoRoute) {
  const Visit edge = visit_of(Reach::kAnswered, 200);
  Visit silent = visit_of(Reach::kUnreachable);
  EXPECT_EQ(judge_direct(silent, edge).verdict, Direct::kUnknown);
  silent.timed_out = true;
  EXPECT_EQ(judge_direct(silent, edge).verdict, Direct::kRefused);
  EXPECT_EQ(judge_direct(silent, visit_of(Reach::kUnreachable)).verdict, Direct::kUnknown);
}

TEST(JudgeDirect, ComparesWithTheAnswerThroughTheEdge) {
  const Visit edge = visit_of(Reach::kAnswered, 401);
  EXPECT_EQ(judge_direct(visit_of(Reach::kAnswered, 401), edge).verdict, Direct::kAnswers);
  EXPECT_EQ(judge_direct(visit_of(Reach::kAnswered, 404), edge).verdict, Direct::kUnknown);
  EXPECT_EQ(judge_direct(visit_of(Reach::kAnswered, 302), edge).verdict, Direct::kAnswers);
  EXPECT_EQ(judge_direct(visit_of(Reach::kNoTls), edge).verdict, Direct::kRefused);
  EXPECT_EQ(judge_direct(visit_of(Reach::kGivenUp), edge).verdict, Direct::kUnknown);
}

using Spoof = EdgeStage;

TEST_F(Spoof, FindsAnOriginThatRepeatsTheClaim) {
  serve_edge(kPage);
  serve_origin("return 200 'you are $http_cf_connecting_ip$http_true_client_ip';");
  EXPECT_EQ(verdicts(area_spoof).failing(), "spoof.cf_connecting_ip spoof.true_client_ip");
}

TEST_F(Spoof, FindsAForwardedForThatTheEdgePassesOn) {
  serve_edge("add_header X-You-Are $http_x_forwarded_for; return 200;");
  EXPECT_EQ(verdicts(area_spoof).failing(), "spoof.forwarded_for");
}

TEST_F(Spoof, APageThatRepeatsEveryFieldShowsNothing) {
  serve_edge("return 200 '$http_x_forwarded_for $http_x_launchready_control';");
  serve_origin(
      "return 200 '$http_cf_connecting_ip $http_true_client_ip $http_x_launchready_control';");
  const Verdicts all = verdicts(area_spoof);
  EXPECT_EQ(all.failing(), "");
  EXPECT_EQ(all.of("spoof.cf_connecting_ip"), "not_applicable");
}

TEST_F(Spoof, AnOriginThatLetsNobodyInIsProved) {
  serve_edge(kPage);
  const Verdicts all = verdicts(area_spoof);
  EXPECT_EQ(all.of("spoof.cf_connecting_ip"), "pass");
  EXPECT_EQ(all.of("spoof.true_client_ip"), "pass");
  // Through the edge an answer came that shows nothing.
  EXPECT_EQ(all.of("spoof.forwarded_for"), "not_applicable");
}

TEST_F(Spoof, AnAnswerThatShowsNothingIsNotJudged) {
  serve_edge(kPage);
  serve_origin("return 200 'you are $remote_addr';");
  const Verdicts all = verdicts(area_spoof);
  EXPECT_EQ(all.failing(), "");
  EXPECT_EQ(all.of("spoof.cf_connecting_ip"), "not_applicable");
}

struct Cache : EdgeStage {
  void SetUp() override {
    EdgeStage::SetUp();
    stage.subject().edge.private_paths = {"/v1/me"};
    stage.subject().edge.public_paths = {"/logo.png"};
  }
  Verdicts with(std::string_view private_rules, std::string_view public_rules) {
    serve_edge("location = /v1/me { " + std::string(private_rules) + " } location = /logo.png { " +
               std::string(public_rules) + " }");
    return verdicts(area_cache);
  }
};

constexpr std::string_view kPrivate =
    "add_header CF-Cache-Status DYNAMIC; add_header Cache-Control 'private, no-store'; return 200;";
constexpr std::string_view kPublic = "add_header CF-Cache-Status HIT; return 200;";

TEST_F(Cache, ProvesASaneEdge) {
  const Verdicts all = with(kPrivate, kPublic);
  EXPECT_EQ(all.failing(), "");
  EXPECT_EQ(all.of("cache.private_hit"), "pass");
  EXPECT_EQ(all.of("cache.private_storable"), "pass");
  EXPECT_EQ(all.of("cache.set_cookie"), "pass");
  EXPECT_EQ(all.of("cache.public"), "pass");
  EXPECT_EQ(all.of("cache.event_stream"), "not_applicable");
}

TEST_F(Cache, FindsAPrivateAnswerFromTheCache) {
  EXPECT_EQ(with("add_header CF-Cache-Status HIT; return 200;", kPublic).failing(),
            "cache.private_hit");
}

TEST_F(Cache, FindsAPrivateAnswerThatCachesMayKeep) {
  EXPECT_EQ(with("add_header Cache-Control 'public, max-age=60'; return 200;", kPublic).failing(),
            "cache.private_storable");
}

TEST_F(Cache, FindsAnEventStreamFromTheCache) {
  EXPECT_EQ(with("default_type text/event-stream; add_header X-Cache 'HIT from edge'; return 200;",
                 kPublic)
                .failing(),
            "cache.private_hit cache.event_stream");
}

TEST_F(Cache, AnEventStreamFromTheOriginIsProved) {
  const Verdicts all = with("default_type text/event-stream; " + std::string(kPrivate), kPublic);
  EXPECT_EQ(all.of("cache.event_stream"), "pass");
}

TEST_F(Cache, FindsACachedAnswerThatSetsACookieAndDoesNotShowIt) {
  const Verdicts all = with(
      kPrivate, "add_header CF-Cache-Status HIT; add_header Set-Cookie 'sid=abc123'; return 200;");
  EXPECT_EQ(all.failing(), "cache.set_cookie");
  EXPECT_THAT(all.finding("cache.set_cookie")->evidence.at(0).response, Not(HasSubstr("abc123")));
}

TEST_F(Cache, AFileThatIsNotCachedIsOnlyAHint) {
  const Verdicts all = with(kPrivate, "add_header CF-Cache-Status MISS; return 200;");
  EXPECT_EQ(all.failing(), "cache.public");
  EXPECT_EQ(all.finding("cache.public")->severity, report::Severity::kInfo);
}

/// A real cache that ignores what the origin says, as "cache everything" does.
TEST_F(Cache, FindsWhatARealCacheKeeps) {
  stage.setup().http +=
      "proxy_cache_path @FOLDER@/cache keys_zone=edge:1m;"
      "server { listen 127.0.0.1:@PORT@; return 200 'secret of one visitor'; }\n";
  EXPECT_EQ(with("proxy_pass http://127.0.0.1:@PORT@; proxy_cache edge; proxy_cache_valid 1m; "
                 "add_header X-Cache $upstream_cache_status;",
                 kPublic)
                .failing(),
            "cache.private_hit");
}

TEST(CacheSigns, AreReadFromManyEdges) {
  const auto hit = [](text::Headers headers) { return came_from_cache(headers); };
  EXPECT_TRUE(hit({{"CF-Cache-Status", "HIT"}}));
  EXPECT_TRUE(hit({{"cf-cache-status", "stale"}}));
  EXPECT_TRUE(hit({{"X-Cache", "Hit from cloudfront"}}));
  EXPECT_TRUE(hit({{"X-Cache", "MISS, HIT"}}));
  EXPECT_TRUE(hit({{"X-Cache", "TCP_HIT"}}));
  EXPECT_TRUE(hit({{"Cache-Status", "Edge; hit; ttl=5"}}));
  EXPECT_TRUE(hit({{"Age", "12"}}));
  EXPECT_FALSE(hit({}));
  EXPECT_FALSE(hit({{"CF-Cache-Status", "DYNAMIC"}, {"Age", "5"}}));
  EXPECT_FALSE(hit({{"CF-Cache-Status", "BYPASS"}}));
  EXPECT_FALSE(hit({{"X-Cache", "Miss from cloudfront"}}));
  EXPECT_FALSE(hit({{"Cache-Status", "Edge; fwd=uri-miss"}}));
  EXPECT_FALSE(hit({{"Age", "0"}}));
  EXPECT_FALSE(hit({{"Age", "-1"}}));
}

TEST(CacheSigns, InvitationsAreExplicit) {
  const auto invites = [](std::string_view value) {
    return invites_shared_caches({{"Cache-Control", std::string(value)}});
  };
  EXPECT_TRUE(invites("public"));
  EXPECT_TRUE(invites("max-age=60, S-MaxAge=60"));
  EXPECT_FALSE(invites("max-age=60"));
  EXPECT_FALSE(invites("private, s-maxage=60"));
  EXPECT_FALSE(invites("public, no-store"));
  EXPECT_FALSE(invites(""));
}

using EdgeDns = EdgeStage;

TEST_F(EdgeDns, ProvesNamesThatLeadToTheEdge) {
  serve_edge("add_header CF-Ray 8f2-FRA; return 200;");
  const Verdicts all = verdicts(area_edge_dns);
  EXPECT_EQ(all.failing(), "");
  EXPECT_EQ(all.of("edge_dns.outside"), "pass");
  EXPECT_EQ(all.of("edge_dns.not_seen"), "pass");
  EXPECT_EQ(all.of("edge_dns.unpromised"), "not_applicable");
}

TEST_F(EdgeDns, FindsANameThatLeadsElsewhere) {
  stage.subject().edge.ranges.clear();
  serve_edge(kPage);
  const Verdicts all = verdicts(area_edge_dns);
  EXPECT_EQ(all.failing(), "edge_dns.outside edge_dns.not_seen");
  EXPECT_THAT(all.finding("edge_dns.outside")->evidence.at(0).response,
              HasSubstr("acme.test A 127.0.0.1"));
}

TEST_F(EdgeDns, WithoutThePromiseAnEdgeIsOnlyAHint) {
  stage.subject().edge = {};
  serve_edge("add_header CF-Ray 8f2-FRA; return 200;");
  const Verdicts all = verdicts(area_edge_dns);
  EXPECT_EQ(all.failing(), "edge_dns.unpromised");
  EXPECT_EQ(all.finding("edge_dns.unpromised")->severity, report::Severity::kInfo);
}

TEST_F(EdgeDns, WithoutEdgeAndPromiseAllIsWell) {
  stage.subject().edge = {};
  serve_edge(kPage);
  const Verdicts all = verdicts(area_edge_dns);
  EXPECT_EQ(all.of("edge_dns.unpromised"), "pass");
  EXPECT_EQ(all.of("edge_dns.outside"), "not_applicable");
}

TEST_F(EdgeDns, AnotherProviderWithoutRangesIsNotJudged) {
  stage.subject().edge.provider = "other";
  stage.subject().edge.ranges.clear();
  serve_edge(kPage);
  const Verdicts all = verdicts(area_edge_dns);
  EXPECT_EQ(all.failing(), "");
  EXPECT_EQ(all.of("edge_dns.outside"), "not_applicable");
}

TEST(CloudflareRanges, AreAllReadable) {
  const auto ranges = cloudflare_ranges();
  EXPECT_EQ(ranges.size(), 22U);
  EXPECT_TRUE(is_in(ranges, *text::parse_ip("104.16.132.229")));
  EXPECT_TRUE(is_in(ranges, *text::parse_ip("2606:4700::6810:84e5")));
  EXPECT_FALSE(is_in(ranges, *text::parse_ip("198.51.100.1")));
}

TEST(EdgeAreas, NeedTheNetwork) {
  WebStage stage;
  stage.subject().edge.provider = "cloudflare";
  stage.start();
  for (const Area* area : {&area_bypass, &area_spoof, &area_cache, &area_edge_dns}) {
    EXPECT_THAT(stage.inspect(*area, false).silent, IsEmpty());
    EXPECT_EQ(stage.inspect(*area, false).failing(), "");
  }
}

}  // namespace
}  // namespace lr::domain
