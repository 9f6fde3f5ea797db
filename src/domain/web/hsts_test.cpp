#include "domain/web/hsts.h"

#include <gtest/gtest.h>

namespace lr::domain {
namespace {

struct Case {
  std::string_view field;
  std::uint64_t max_age;
  bool subdomains;
  bool preload;
};

TEST(ParseHsts, ReadsWhatTheGrammarAllows) {
  constexpr Case kCases[] = {
      {"max-age=31536000", 31536000, false, false},
      {"max-age=0", 0, false, false},
      {"MAX-AGE = \"15768000\" ; includeSubDomains", 15768000, true, false},
      {";; max-age=1;; includesubdomains ; preload;", 1, true, true},
      {"max-age=5; future=\"a;b\"; other", 5, false, false},
      {"max-age=99999999999999999999999", ~std::uint64_t{0}, false, false},
  };
  for (const Case& one : kCases) {
    const auto policy = parse_hsts(one.field);
    ASSERT_TRUE(policy) << one.field << ": " << policy.error().detail();
    EXPECT_EQ(policy->max_age, one.max_age) << one.field;
    EXPECT_EQ(policy->include_subdomains, one.subdomains) << one.field;
    EXPECT_EQ(policy->preload, one.preload) << one.field;
  }
}

TEST(ParseHsts, RefusesWhatBrowsersIgnore) {
  for (const std::string_view field :
       {"", "includeSubDomains", "max-age", "max-age=", "max-age=-1", "max-age=1y",
        "max-age=1; max-age=2", "max-age=1, includeSubDomains", "max-age=31536000 preload",
        "max-age=\"1", "max-age=1; includeSubDomains=yes", "max age=1"}) {
    EXPECT_FALSE(parse_hsts(field)) << field;
  }
}

Visit answer(std::string_view scheme, int status, text::Headers headers) {
  Visit visit;
  visit.url = web_url(scheme, "acme.example");
  visit.reach = Reach::kAnswered;
  visit.response.status = status;
  visit.response.headers = std::move(headers);
  return visit;
}

Visit good_https() {
  return answer("https", 200,
                {{"Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"}});
}
Visit good_http() { return answer("http", 301, {{"Location", "https://acme.example/"}}); }

std::string broken(const PreloadFacts& facts) {
  const auto rules = broken_preload_rules(facts);
  if (!rules) return "unknown";
  std::string out;
  for (const PreloadRule& rule : *rules) out += std::string(rule.id) + " ";
  return out;
}

TEST(PreloadRules, HoldForADomainThatMeetsThem) {
  const Visit https = good_https();
  Visit http = good_http();
  EXPECT_EQ(broken({.https = https, .http = http, .www = good_https()}), "");
  http.reach = Reach::kRefused;
  http.response = {};
  EXPECT_EQ(broken({.https = https, .http = http}), "");
}

TEST(PreloadRules, EachCanBreak) {
  const Visit https = good_https();
  const Visit http = good_http();
  Visit www = good_https();
  www.reach = Reach::kBadCertificate;
  EXPECT_EQ(broken({.https = https, .http = http, .www = www}), "www ");
  EXPECT_EQ(broken({.https = https, .http = http, .is_registrable_domain = false}), "registrable ");
  EXPECT_EQ(broken({.https = https,
                    .http = answer("http", 301, {{"Location", "https://www.acme.example/"}})}),
            "redirect ");
  EXPECT_EQ(broken({.https = https, .http = answer("http", 200, {})}), "redirect ");
  const auto with = [&](std::string field) {
    const Visit page = answer("https", 301, {{"Strict-Transport-Security", std::move(field)}});
    return broken({.https = page, .http = http});
  };
  EXPECT_EQ(with("max-age=31535999; includeSubDomains; preload"), "max_age ");
  EXPECT_EQ(with("max-age=31536000; preload"), "include_subdomains ");
  EXPECT_EQ(with("max-age=31536000; includeSubDomains"), "preload ");
  EXPECT_EQ(broken({.https = answer("https", 200, {}), .http = http}),
            "header max_age include_subdomains preload ");
  Visit refused = good_https();
  refused.reach = Reach::kBadCertificate;
  EXPECT_EQ(broken({.https = refused, .http = http}), "https ");
}

TEST(PreloadRules, SilenceIsNoBrokenRule) {
  const Visit https = good_https();
  Visit http = good_http();
  http.reach = Reach::kUnreachable;
  EXPECT_EQ(broken({.https = https, .http = http}), "unknown");
}

}  // namespace
}  // namespace lr::domain
