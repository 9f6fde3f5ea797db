// The area redirect against a real nginx.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/testing/web_stage.h"
#include "domain/web/reference.h"

namespace lr::domain {

extern const Area area_redirect;

namespace {

using ::testing::IsEmpty;

TEST(ResolveReference, FollowsTheRules) {
  const text::Url base = *text::parse_url("https://a.test:8443/b/c/d?q");
  const auto leads = [&](std::string_view reference) {
    const auto url = resolve_reference(base, reference);
    return url ? url->str() : "refused";
  };
  EXPECT_EQ(leads("g"), "https://a.test:8443/b/c/g");
  EXPECT_EQ(leads("./g/"), "https://a.test:8443/b/c/g/");
  EXPECT_EQ(leads("../../../g?x=.."), "https://a.test:8443/g?x=..");
  EXPECT_EQ(leads(".."), "https://a.test:8443/b/");
  EXPECT_EQ(leads("/g#f"), "https://a.test:8443/g");
  EXPECT_EQ(leads("?y"), "https://a.test:8443/b/c/d?y");
  EXPECT_EQ(leads(""), "https://a.test:8443/b/c/d?q");
  EXPECT_EQ(leads(" //g.test/x\t"), "https://g.test/x");
  EXPECT_EQ(leads("///g.test/x"), "https://g.test/x");
  EXPECT_EQ(leads("/\\g.test/x"), "https://g.test/x");
  EXPECT_EQ(leads("HTTP://G.test"), "http://g.test/");
  EXPECT_EQ(leads("javascript:void(0)"), "refused");
  EXPECT_EQ(leads("mailto:a@b.test"), "refused");
}

TEST(ResolveReference, KnowsWhatIsBelowADomain) {
  EXPECT_TRUE(is_within("a.test", "a.test"));
  EXPECT_TRUE(is_within("b.a.test", "a.test"));
  EXPECT_FALSE(is_within("ba.test", "a.test"));
  EXPECT_FALSE(is_within("test", "a.test"));
}

struct RedirectArea : ::testing::Test {
  WebStage stage;
  void SetUp() override { stage.add_address("acme.test", "127.0.0.1"); }
  Verdicts verdicts(std::string_view http_rules, std::string_view https_rules) {
    stage.serve_http("acme.test", http_rules);
    stage.serve_https("acme.test", https_rules);
    stage.start();
    return stage.inspect(area_redirect);
  }
};

constexpr std::string_view kToHttps = "return 301 https://$host$request_uri;";
constexpr std::string_view kPage = "return 200 'hello';";

TEST_F(RedirectArea, ProvesASaneHost) {
  const Verdicts all = verdicts(kToHttps, kPage);
  EXPECT_THAT(all.silent, IsEmpty());
  EXPECT_EQ(all.failing(), "");
  for (const CheckDef& check : area_redirect.checks) {
    const bool promised = check.id == "redirect.not_to_primary";
    EXPECT_EQ(all.of(check.id), promised ? "not_applicable" : "pass") << check.id;
  }
}

struct Fault {
  std::string_view name;
  std::string_view http;
  std::string_view https;
  std::string_view failing;
};

struct RedirectFaults : RedirectArea, ::testing::WithParamInterface<Fault> {};

TEST_P(RedirectFaults, AreFound) {
  const Verdicts all = verdicts(GetParam().http, GetParam().https);
  EXPECT_EQ(all.failing(), GetParam().failing);
  EXPECT_THAT(all.silent, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, RedirectFaults,
    ::testing::Values(
        Fault{"PlainPage", kPage, kPage, "redirect.no_https"},
        Fault{"Temporary", "return 302 https://$host$request_uri;", kPage, "redirect.temporary"},
        Fault{"PermanentWithMethod", "return 308 https://$host$request_uri;", kPage, ""},
        Fault{"Loop", kToHttps, "return 301 https://acme.test/;", "redirect.loop"},
        Fault{"BackToHttp", kToHttps, "return 301 http://acme.test/;",
              "redirect.loop redirect.http_hop"},
        Fault{"DeadEnd", kToHttps, "location = / { return 302 /gone; } location / { return 404; }",
              "redirect.dead_end"},
        // The area `https` says of this host that its start page fails.
        Fault{"StartPageFails", kToHttps, "return 503;", ""},
        Fault{"OtherPageFails", kToHttps,
              "location = / { return 302 /app; } location / { return 503; }", "redirect.dead_end"},
        Fault{"BadLocation", kToHttps, "location = / { return 302 ftp://x/; }",
              "redirect.dead_end"},
        Fault{"Foreign", kToHttps, "location = / { return 302 https://elsewhere.example/; }",
              "redirect.dead_end redirect.foreign"},
        Fault{"OpenHttp", kToHttps,
              "merge_slashes off; absolute_redirect off; location / { "
              "if ($request_uri ~ ^(//launchready-probe[^/]*)) { return 301 $1/; } return 200; }",
              "redirect.open"},
        Fault{"TooMany", kToHttps,
              "location = / { return 301 /1; } location = /1 { return 301 /2; } "
              "location = /2 { return 301 /3; } location = /3 { return 301 /4; } "
              "location = /4 { return 301 /5; } location = /5 { return 200; }",
              "redirect.too_many"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(RedirectArea, AHostOfAnApiNeedsNoStartPage) {
  EXPECT_EQ(verdicts(kToHttps, "return 404;").failing(), "");
}

TEST_F(RedirectArea, ACircleThatACookieMayEndIsNotProvable) {
  const Verdicts all =
      verdicts(kToHttps, "add_header Set-Cookie seen=1 always; return 302 https://acme.test/;");
  EXPECT_EQ(all.failing(), "");
  EXPECT_EQ(all.of("redirect.loop"), "inconclusive");
}

TEST_F(RedirectArea, TheHostItselfComesFirst) {
  stage.add_address("www.acme.test", "127.0.0.1");
  stage.serve_https("www.acme.test", kPage);
  const Verdicts all = verdicts("return 301 https://www.acme.test/;", kPage);
  EXPECT_EQ(all.failing(), "redirect.other_host_first");
  EXPECT_EQ(all.finding("redirect.other_host_first")->severity, report::Severity::kLow);
}

TEST_F(RedirectArea, AClosedPortIsOnlyAHint) {
  stage.serve_https("acme.test", kPage);
  stage.start();
  const Verdicts all = stage.inspect(area_redirect);
  EXPECT_EQ(all.failing(), "redirect.port_closed");
  EXPECT_EQ(all.finding("redirect.port_closed")->severity, report::Severity::kInfo);
  EXPECT_EQ(all.of("redirect.no_https"), "pass");
}

TEST_F(RedirectArea, PromisedNamesLeadToThePrimary) {
  stage.add_address("acme.alias.test", "127.0.0.1");
  stage.subject().redirects = {"acme.alias.test"};
  stage.serve_http("acme.alias.test", kToHttps);
  stage.serve_https("acme.alias.test", "return 301 https://acme.test/;");
  const Verdicts all = verdicts(kToHttps, kPage);
  EXPECT_EQ(all.failing(), "");
  EXPECT_EQ(all.of("redirect.not_to_primary"), "pass");
}

TEST_F(RedirectArea, FindsAPromisedNameThatStaysByItself) {
  stage.add_address("acme.alias.test", "127.0.0.1");
  stage.subject().redirects = {"acme.alias.test"};
  stage.serve_http("acme.alias.test", kToHttps);
  stage.serve_https("acme.alias.test", kPage);
  EXPECT_EQ(verdicts(kToHttps, kPage).failing(), "redirect.not_to_primary");
}

TEST_F(RedirectArea, NeedsTheNetwork) {
  stage.start();
  const Verdicts all = stage.inspect(area_redirect, false);
  EXPECT_THAT(all.silent, IsEmpty());
  EXPECT_EQ(all.of("redirect.loop"), "not_applicable");
}

}  // namespace
}  // namespace lr::domain
