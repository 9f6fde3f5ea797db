// The areas https, hsts and www against a real nginx.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/testing/web_stage.h"

namespace lr::domain {

extern const Area area_https;
extern const Area area_hsts;
extern const Area area_www;

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHsts =
    "add_header Strict-Transport-Security \"max-age=63072000; includeSubDomains\" always;";
constexpr std::string_view kToHttps = "return 301 https://$host$request_uri;";
constexpr std::string_view kPage = "return 200 'hello';";

std::string with(std::string_view one, std::string_view two) {
  return std::string(one) + " " + std::string(two);
}

/// One host that does everything right.
struct Sane : ::testing::Test {
  WebStage stage;
  void SetUp() override { stage.add_address("acme.test", "127.0.0.1"); }
  void serve(std::string_view https_rules, std::string_view http_rules = kToHttps,
             bool trusted = true) {
    stage.serve_https("acme.test", https_rules, trusted);
    stage.serve_http("acme.test", http_rules);
    stage.start();
  }
};

using HttpsArea = Sane;

TEST_F(HttpsArea, ProvesASaneHost) {
  serve(with(kHsts, kPage));
  const Verdicts verdicts = stage.inspect(area_https);
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.failing(), "");
  for (const CheckDef& check : area_https.checks) {
    EXPECT_EQ(verdicts.of(check.id), "pass") << check.id;
  }
}

TEST_F(HttpsArea, FindsAClosedPort) {
  stage.add_address("gone.test", "127.0.0.9");
  stage.subject().web_hosts = {"gone.test"};
  serve(kPage);
  const Verdicts verdicts = stage.inspect(area_https);
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.failing(), "https.no_answer");
  EXPECT_THAT(verdicts.finding("https.no_answer")->evidence.at(0).response,
              HasSubstr("port 443 is closed"));
}

TEST_F(HttpsArea, FindsOneDeadAddressAmongLivingOnes) {
  stage.add_address("acme.test", "127.0.0.9");
  serve(kPage);
  EXPECT_EQ(stage.inspect(area_https).failing(), "https.dead_address");
}

TEST_F(HttpsArea, FindsACertificateThatNobodyTrustsAndAServerError) {
  serve("return 503;", kToHttps, false);
  EXPECT_EQ(stage.inspect(area_https).failing(), "https.certificate https.server_error");
}

TEST_F(HttpsArea, FindsAPortWithoutTls) {
  stage.setup().http += "server { listen 127.0.0.1:@TLS_PORT@; return 200; }";
  stage.start();
  const Verdicts verdicts = stage.inspect(area_https);
  EXPECT_EQ(verdicts.failing(), "https.no_answer");
  EXPECT_THAT(verdicts.finding("https.no_answer")->evidence.at(0).response, HasSubstr("handshake"));
}

TEST_F(HttpsArea, ADnsWithoutAnswerIsNoFinding) {
  stage.zone().set_unreachable("lost.test");
  stage.subject().web_hosts = {"lost.test"};
  serve(kPage);
  const Verdicts verdicts = stage.inspect(area_https);
  EXPECT_EQ(verdicts.failing(), "");
  EXPECT_EQ(verdicts.of("https.no_answer"), "inconclusive");
}

using HstsArea = Sane;

TEST_F(HstsArea, ProvesASaneHost) {
  serve(with(kHsts, kPage));
  const Verdicts verdicts = stage.inspect(area_hsts);
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.failing(), "");
  for (const std::string_view id : {"hsts.missing", "hsts.malformed", "hsts.several", "hsts.short",
                                    "hsts.subdomains", "hsts.over_http"}) {
    EXPECT_EQ(verdicts.of(id), "pass") << id;
  }
}

TEST_F(HstsArea, NothingIsFoundWhereNothingAnswers) {
  stage.subject().web_hosts = {"nowhere.test"};
  serve(kPage);
  const Verdicts verdicts = stage.inspect(area_hsts);
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.failing(), "");
}

struct HstsFault {
  std::string_view name;
  std::string https;
  std::string http;
  std::string_view failing;
};

struct HstsFaults : Sane, ::testing::WithParamInterface<HstsFault> {};

TEST_P(HstsFaults, AreFound) {
  serve(GetParam().https, GetParam().http);
  EXPECT_EQ(stage.inspect(area_hsts).failing(), GetParam().failing);
}

std::string field(std::string_view value) {
  return "add_header Strict-Transport-Security \"" + std::string(value) + "\" always;";
}

INSTANTIATE_TEST_SUITE_P(
    Each, HstsFaults,
    ::testing::Values(
        HstsFault{"Missing", std::string(kPage), std::string(kToHttps), "hsts.missing"},
        HstsFault{"Malformed", field("max-age=1y") + std::string(kPage), std::string(kToHttps),
                  "hsts.malformed"},
        HstsFault{"Several",
                  field("max-age=63072000; includeSubDomains") +
                      field("max-age=63072000; includeSubDomains") + std::string(kPage),
                  std::string(kToHttps), "hsts.several"},
        HstsFault{"Short", field("max-age=86400; includeSubDomains") + std::string(kPage),
                  std::string(kToHttps), "hsts.short"},
        HstsFault{"Off", field("max-age=0; includeSubDomains") + std::string(kPage),
                  std::string(kToHttps), "hsts.short"},
        HstsFault{"Subdomains", field("max-age=63072000") + std::string(kPage),
                  std::string(kToHttps), "hsts.subdomains"},
        HstsFault{"OverHttp", with(kHsts, kPage), with(kHsts, kToHttps), "hsts.over_http"},
        HstsFault{"OnRedirects", "return 302 https://app.acme.test/;", std::string(kToHttps),
                  "hsts.on_redirects"},
        HstsFault{"NotEligible", field("max-age=63072000; preload") + std::string(kPage),
                  std::string(kToHttps), "hsts.subdomains hsts.preload_not_eligible"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(HstsArea, APromisedPreloadIsProvedOrFound) {
  stage.subject().hsts_preload = true;
  serve(field("max-age=63072000; includeSubDomains; preload") + std::string(kPage));
  EXPECT_EQ(stage.inspect(area_hsts).of("hsts.preload_promised"), "pass");
  WebStage other;
  other.add_address("acme.test", "127.0.0.1");
  other.subject().hsts_preload = true;
  other.serve_https("acme.test", with(kHsts, kPage));
  other.serve_http("acme.test", kToHttps);
  other.start();
  const Verdicts verdicts = other.inspect(area_hsts);
  EXPECT_EQ(verdicts.failing(), "hsts.preload_promised");
  EXPECT_THAT(verdicts.finding("hsts.preload_promised")->evidence.at(0).response,
              HasSubstr("The field has preload."));
}

TEST_F(HstsArea, AFieldBehindABadCertificateProvesNothing) {
  serve(with(kHsts, kPage), kToHttps, false);
  EXPECT_EQ(stage.inspect(area_hsts).of("hsts.missing"), "inconclusive");
}

struct WwwArea : Sane {
  void add_www(std::string_view rules, bool trusted = true) {
    stage.add_address("www.acme.test", "127.0.0.1");
    stage.serve_https("www.acme.test", rules, trusted);
  }
};

TEST_F(WwwArea, ProvesARedirectToTheBareDomain) {
  add_www("return 301 https://acme.test$request_uri;");
  serve(kPage);
  const Verdicts verdicts = stage.inspect(area_www);
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.failing(), "");
  EXPECT_EQ(verdicts.of("www.two_sites"), "pass");
  EXPECT_EQ(verdicts.of("www.broken"), "pass");
  EXPECT_EQ(verdicts.of("www.apex"), "pass");
  EXPECT_EQ(verdicts.of("www.missing"), "pass");
}

TEST_F(WwwArea, AMissingNameIsOnlyAHint) {
  serve(kPage);
  const Verdicts verdicts = stage.inspect(area_www);
  EXPECT_EQ(verdicts.failing(), "www.missing");
  EXPECT_EQ(verdicts.finding("www.missing")->severity, report::Severity::kInfo);
}

TEST_F(WwwArea, FindsABrokenName) {
  add_www(kPage, false);
  serve(kPage);
  EXPECT_EQ(stage.inspect(area_www).failing(), "www.broken");
}

TEST_F(WwwArea, FindsTwoSites) {
  add_www(kPage);
  serve(kPage);
  EXPECT_EQ(stage.inspect(area_www).failing(), "www.two_sites");
}

TEST_F(WwwArea, FindsABareDomainThatDoesNotWork) {
  stage.add_address("www.bare.test", "127.0.0.1");
  stage.serve_https("www.bare.test", kPage);
  stage.subject().domain = "bare.test";
  stage.start();
  const Verdicts verdicts = stage.inspect(area_www);
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.failing(), "www.apex");
}

TEST(WebAreas, NeedTheNetwork) {
  WebStage stage;
  stage.start();
  for (const Area* area : {&area_https, &area_hsts, &area_www}) {
    const Verdicts verdicts = stage.inspect(*area, false);
    EXPECT_THAT(verdicts.silent, IsEmpty());
    for (const CheckDef& check : area->checks) {
      EXPECT_EQ(verdicts.of(check.id), "not_applicable") << check.id;
    }
  }
}

}  // namespace
}  // namespace lr::domain
