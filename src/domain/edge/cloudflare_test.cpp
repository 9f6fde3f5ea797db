// The area cloudflare against a stand-in that answers as the public API does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/edge/cloudflare_api.h"
#include "domain/edge/testing/cloudflare_stand_in.h"
#include "domain/testing/web_stage.h"

namespace lr::domain {

extern const Area area_cloudflare;

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Cloudflare : ::testing::Test {
  CloudflareStandIn api;
  Zone zone;
  Subject subject;
  void SetUp() override {
    subject.domain = "acme.test";
    subject.web_hosts = {"acme.test"};
    subject.dnssec = true;
    subject.edge.provider = "cloudflare";
    subject.edge.zone_id = CloudflareStandIn::kZone;
    subject.edge.api = api.api();
    subject.edge.origins = {*text::parse_ip("198.51.100.10")};
    set_token(std::string(CloudflareStandIn::kToken));
  }
  void set_token(std::string token) {
    subject.edge.token = std::make_shared<const Secret>(std::move(token));
  }
  Verdicts inspect(bool live = true) {
    const Network network{.resolver = zone, .live = live};
    Inspection inspection(area_cloudflare, subject, network);
    area_cloudflare.inspect(inspection);
    Verdicts out;
    for (const std::string_view id : inspection.silent_checks()) out.silent.emplace_back(id);
    inspection.report_to(out.report);
    return out;
  }
  /// Every check but those named is inconclusive with this reason; nothing is found.
  void expect_unproved(const Verdicts& verdicts, std::string_view reason) {
    EXPECT_THAT(verdicts.silent, IsEmpty());
    EXPECT_EQ(verdicts.failing(), "");
    ASSERT_FALSE(verdicts.report.inconclusive.empty());
    for (const auto& one : verdicts.report.inconclusive) {
      EXPECT_THAT(one.reason, HasSubstr(reason)) << one.check;
      EXPECT_THAT(one.reason, Not(HasSubstr(subject.edge.token->expose())));
    }
  }
};

TEST_F(Cloudflare, ProvesAZoneInGoodOrder) {
  const Verdicts verdicts = inspect();
  EXPECT_THAT(verdicts.silent, IsEmpty());
  for (const CheckDef& check : area_cloudflare.checks) {
    EXPECT_EQ(verdicts.of(check.id), "pass") << check.id;
  }
}

struct SettingCase {
  std::string_view name;
  std::string_view setting;
  std::string_view value;
  std::string_view failing;
  report::Severity severity;
};
struct CloudflareSettings : Cloudflare, ::testing::WithParamInterface<SettingCase> {};

TEST_P(CloudflareSettings, AreJudged) {
  api.set_setting(std::string(GetParam().setting), std::string(GetParam().value));
  const Verdicts verdicts = inspect();
  EXPECT_EQ(verdicts.failing(), GetParam().failing);
  if (GetParam().failing.empty()) return;
  EXPECT_EQ(verdicts.finding(GetParam().failing)->severity, GetParam().severity);
}

TEST_P(CloudflareSettings, ThatThePlanFixesAreNoFailures) {
  api.set_setting(std::string(GetParam().setting), std::string(GetParam().value), false);
  const Verdicts verdicts = inspect();
  EXPECT_EQ(verdicts.failing(), "");
  if (!GetParam().failing.empty()) EXPECT_EQ(verdicts.of(GetParam().failing), "inconclusive");
}

using report::Severity;
INSTANTIATE_TEST_SUITE_P(
    Each, CloudflareSettings,
    ::testing::Values(
        SettingCase{"SslOff", "ssl", R"("off")", "cloudflare.ssl", Severity::kHigh},
        SettingCase{"SslFlexible", "ssl", R"("flexible")", "cloudflare.ssl", Severity::kHigh},
        SettingCase{"SslFull", "ssl", R"("full")", "cloudflare.ssl", Severity::kMedium},
        SettingCase{"AlwaysHttps", "always_use_https", R"("off")", "cloudflare.always_https",
                    Severity::kLow},
        SettingCase{"MinTls", "min_tls_version", R"("1.0")", "cloudflare.min_tls",
                    Severity::kMedium},
        SettingCase{"MinTlsHigher", "min_tls_version", R"("1.3")", "", Severity::kLow},
        SettingCase{"Tls13", "tls_1_3", R"("off")", "cloudflare.tls_1_3", Severity::kLow},
        SettingCase{"Tls13Zrt", "tls_1_3", R"("zrt")", "", Severity::kLow},
        SettingCase{"Rewrites", "automatic_https_rewrites", R"("off")", "cloudflare.https_rewrites",
                    Severity::kInfo},
        SettingCase{"HstsOff", "security_header",
                    R"({"strict_transport_security":{"enabled":false}})", "cloudflare.hsts",
                    Severity::kInfo},
        SettingCase{"HstsShort", "security_header",
                    R"({"strict_transport_security":{"enabled":true,"max_age":86400}})",
                    "cloudflare.hsts", Severity::kLow},
        SettingCase{"Development", "development_mode", R"("on")", "cloudflare.development_mode",
                    Severity::kMedium},
        SettingCase{"ZeroRtt", "0rtt", R"("on")", "cloudflare.zero_rtt", Severity::kLow},
        SettingCase{"SecurityLevel", "security_level", R"("essentially_off")",
                    "cloudflare.security_level", Severity::kLow}),
    [](const auto& one) { return std::string(one.param.name); });

struct ResultCase {
  std::string_view name;
  std::string_view path;
  std::string_view result;
  std::string_view failing;
};
struct CloudflareResults : Cloudflare, ::testing::WithParamInterface<ResultCase> {};

TEST_P(CloudflareResults, AreJudged) {
  api.set(std::string(GetParam().path), std::string(GetParam().result));
  EXPECT_EQ(inspect().failing(), GetParam().failing);
}

constexpr std::string_view kCachePhase = "/rulesets/phases/http_request_cache_settings/entrypoint";

INSTANTIATE_TEST_SUITE_P(
    Each, CloudflareResults,
    ::testing::Values(
        ResultCase{"Paused", "", R"({"name":"acme.test","status":"active","paused":true})",
                   "cloudflare.zone"},
        ResultCase{"Pending", "", R"({"name":"acme.test","status":"pending","paused":false})",
                   "cloudflare.zone"},
        ResultCase{"OtherName", "", R"({"name":"me.test","status":"active","paused":false})",
                   "cloudflare.zone"},
        ResultCase{"OriginPulls", "/origin_tls_client_auth/settings", R"({"enabled":false})",
                   "cloudflare.origin_pulls"},
        ResultCase{"ManagedRulesOff", "/rulesets/phases/http_request_firewall_managed/entrypoint",
                   R"({"rules":[{"action":"execute","enabled":false}]})",
                   "cloudflare.managed_rules"},
        ResultCase{"RateLimitsEmpty", "/rulesets/phases/http_ratelimit/entrypoint",
                   R"({"rules":[]})", "cloudflare.rate_limits"},
        ResultCase{"CacheEverything", kCachePhase,
                   R"({"rules":[{"action":"set_cache_settings","enabled":true,"expression":"true",)"
                   R"("action_parameters":{"cache":true}}]})",
                   "cloudflare.cache_rules"},
        ResultCase{"CacheFiles", kCachePhase,
                   R"({"rules":[{"action":"set_cache_settings","enabled":true,)"
                   R"("expression":"http.request.uri.path contains \"/static/\"",)"
                   R"("action_parameters":{"cache":true}}]})",
                   ""},
        ResultCase{"CacheNothing", kCachePhase,
                   R"({"rules":[{"action":"set_cache_settings","enabled":true,"expression":"true",)"
                   R"("action_parameters":{"cache":false}}]})",
                   ""},
        ResultCase{"OriginPullsWithoutCertificate", "/origin_tls_client_auth", "[]",
                   "cloudflare.origin_pulls"},
        ResultCase{"OriginPullsWithDeletedCertificate", "/origin_tls_client_auth",
                   R"([{"id":"1","status":"deleted"},{"id":"2","status":"pending_deployment"}])",
                   "cloudflare.origin_pulls"},
        ResultCase{"BotFight", "/bot_management", R"({"fight_mode":true})", "cloudflare.bot_fight"},
        ResultCase{
            "SuperBotFight", "/bot_management",
            R"({"sbfm_definitely_automated":"managed_challenge","sbfm_verified_bots":"allow"})",
            "cloudflare.bot_fight"},
        ResultCase{"SuperBotFightLikely", "/bot_management",
                   R"({"sbfm_definitely_automated":"allow","sbfm_likely_automated":"block"})",
                   "cloudflare.bot_fight"},
        ResultCase{"Dnssec", "/dnssec", R"({"status":"disabled"})", "cloudflare.dnssec"},
        ResultCase{"Universal", "/ssl/universal/settings", R"({"enabled":false})",
                   "cloudflare.universal_ssl"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(Cloudflare, AMissingPhaseHasNoRules) {
  api.refuse("/rulesets/phases/http_ratelimit/entrypoint", 404, 10003, "could not find entrypoint");
  EXPECT_EQ(inspect().failing(), "cloudflare.rate_limits");
}

TEST_F(Cloudflare, WhatThePlanDoesNotHaveIsNotProvable) {
  api.refuse("/bot_management", 403, 10015, "workers.api.error.not_entitled");
  api.refuse("/rulesets/phases/http_request_firewall_managed/entrypoint", 400, 50002,
             "not entitled to use the phase http_request_firewall_managed");
  const Verdicts verdicts = inspect();
  EXPECT_EQ(verdicts.failing(), "");
  EXPECT_EQ(verdicts.of("cloudflare.bot_fight"), "inconclusive");
  EXPECT_EQ(verdicts.of("cloudflare.managed_rules"), "inconclusive");
  expect_unproved(verdicts, "not provable on this plan");
}

TEST_F(Cloudflare, TheFreePlanDoesNotShowItsManagedRules) {
  api.set("", R"({"name":"acme.test","status":"active","paused":false,)"
              R"("plan":{"legacy_id":"free"}})");
  api.refuse("/rulesets/phases/http_request_firewall_managed/entrypoint", 404, 10003,
             "could not find entrypoint ruleset");
  expect_unproved(inspect(), "not provable on this plan");
}

TEST_F(Cloudflare, AMissingPermissionIsNotProvable) {
  api.refuse("/dnssec", 403, 10000, "Authentication error");
  const Verdicts verdicts = inspect();
  EXPECT_EQ(verdicts.of("cloudflare.dnssec"), "inconclusive");
  expect_unproved(verdicts, "the token may not read it");
}

TEST_F(Cloudflare, ABadTokenIsNotProvableAndNeverPrinted) {
  set_token("some-other-token-77");
  expect_unproved(inspect(), "refuses the token");
  api.refuse("", 400, 6111, "Invalid format: some-other-token-77");
  set_token(std::string(CloudflareStandIn::kToken));
  api.refuse("", 400, 6111, "Invalid format: " + std::string(CloudflareStandIn::kToken));
  expect_unproved(inspect(), "refuses the token");
}

TEST_F(Cloudflare, WhatCannotBeRoutedIsNoPhaseWithoutRules) {
  api.refuse("/rulesets/phases/http_ratelimit/entrypoint", 404, 7003,
             "Could not route to /zones/x, perhaps your object identifier is invalid?");
  const Verdicts verdicts = inspect();
  EXPECT_EQ(verdicts.failing(), "");
  EXPECT_EQ(verdicts.of("cloudflare.rate_limits"), "inconclusive");
}

TEST_F(Cloudflare, AnEnterpriseAccountMayHaveRulesAboveTheZone) {
  api.set("", R"({"name":"acme.test","status":"active","paused":false,)"
              R"("plan":{"legacy_id":"enterprise"}})");
  api.refuse("/rulesets/phases/http_ratelimit/entrypoint", 404, 10003,
             "could not find entrypoint ruleset in the http_ratelimit phase");
  expect_unproved(inspect(), "whole account");
}

TEST_F(Cloudflare, SettingsAreReadOneByOneWhenTheListIsGone) {
  for (const int status : {404, 410}) {
    api.refuse("/settings", status, 7003, "Could not route to the path");
    api.set("/settings/ssl", R"({"id":"ssl","value":"flexible","editable":true,)"
                             R"("modified_on":"2026-01-01T00:00:00Z"})");
    const Verdicts verdicts = inspect();
    EXPECT_EQ(verdicts.failing(), "cloudflare.ssl") << status;
    EXPECT_EQ(verdicts.of("cloudflare.min_tls"), "inconclusive") << status;
  }
}

TEST_F(Cloudflare, ARefusedTokenIsToldFromAMissingPermission) {
  api.refuse("", 403, 9109, "Invalid access token");
  expect_unproved(inspect(), "refuses the token");
  api.refuse("", 403, 9109, "Unauthorized to access requested resource");
  expect_unproved(inspect(), "the token may not read it");
}

TEST_F(Cloudflare, ARedirectIsNotFollowedWithTheToken) {
  api.refuse("", 302, 0, "moved");
  expect_unproved(inspect(), "did not answer as documented (status 302");
  EXPECT_EQ(api.requests(), 1U);
}

TEST_F(Cloudflare, AShortPauseIsWaitedForALongOneIsNot) {
  api.limit(1, 1);
  EXPECT_EQ(inspect().of("cloudflare.zone"), "pass");
  api.limit(1, 3600);
  expect_unproved(inspect(), "pause");
}

TEST_F(Cloudflare, RecordsAreReadOnAllPages) {
  api.set_page(2);
  api.set_records({CloudflareStandIn::record("A", "acme.test", "198.51.100.10", true),
                   CloudflareStandIn::record("A", "b.acme.test", "198.51.100.20", false),
                   CloudflareStandIn::record("TXT", "acme.test", "x", false),
                   CloudflareStandIn::record("A", "ftp.acme.test", "198.51.100.10", false)});
  EXPECT_EQ(inspect().failing(), "cloudflare.revealing_record");
  api.set_records({CloudflareStandIn::record("A", "acme.test", "198.51.100.10", false)});
  EXPECT_EQ(inspect().failing(), "cloudflare.proxied");
}

TEST_F(Cloudflare, ListsThatDoNotCountTheirPagesAreReadToTheEnd) {
  std::vector<std::string> records;
  for (int i = 0; i < 150; ++i) {
    records.push_back(CloudflareStandIn::record("A", "h" + std::to_string(i) + ".acme.test",
                                                "198.51.100.20", false));
  }
  records.push_back(CloudflareStandIn::record("A", "ftp.acme.test", "198.51.100.10", false));
  api.set_records(records);
  api.count_no_pages();
  EXPECT_EQ(inspect().failing(), "cloudflare.revealing_record");
}

TEST_F(Cloudflare, AnApiThatIsDownIsNotProvable) {
  subject.edge.api = "http://127.0.0.1:1/client/v4";
  expect_unproved(inspect(), "did not answer");
}

TEST_F(Cloudflare, TheTokenNeverGoesOverPlainHttp) {
  zone.add({"api.test", RecordType::kA, 300, *text::parse_ip("198.51.100.7")});
  subject.edge.api = "http://api.test/client/v4";
  expect_unproved(inspect(), "not sent over plain http");
}

TEST_F(Cloudflare, WithoutATokenNothingIsProvable) {
  subject.edge.token = nullptr;
  const Verdicts verdicts = inspect();
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.failing(), "");
  EXPECT_EQ(verdicts.of("cloudflare.ssl"), "inconclusive");
  EXPECT_EQ(api.requests(), 0U);
}

TEST_F(Cloudflare, NeedsAPromiseAndTheNetwork) {
  EXPECT_EQ(inspect(false).of("cloudflare.ssl"), "not_applicable");
  subject.edge.provider = "";
  const Verdicts verdicts = inspect();
  EXPECT_THAT(verdicts.silent, IsEmpty());
  EXPECT_EQ(verdicts.of("cloudflare.ssl"), "not_applicable");
}

TEST(ReadApiAnswer, RefusesWhatIsNoEnvelope) {
  for (const std::string_view body :
       {"", "<html>", "[]", "null", R"({"success":true})", R"({"result":{},"success":"true"})",
        R"({"result":{},"success":false,"errors":[{"code":"x","message":5}]})",
        R"({"result":{},"success":false,"errors":[]})"}) {
    net::HttpResponse response;
    response.status = 200;
    response.body = body;
    EXPECT_EQ(read_api_answer(response).kind, ApiAnswer::Kind::kFailed) << body;
  }
}

}  // namespace
}  // namespace lr::domain
