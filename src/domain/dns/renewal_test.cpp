#include "domain/dns/renewal.h"

#include <gtest/gtest.h>

#include "domain/dns/issuers.h"

namespace lr::domain {
namespace {

using std::chrono::days;
using Urgency = RenewalOutlook::Urgency;
using Verdict = RenewalOutlook::Verdict;

CaaSet caa(std::vector<CertificateAuthority> records) {
  CaaSet out;
  out.where = "acme.example";
  out.records = std::move(records);
  return out;
}

TEST(Renewal, JoinsWhatStandsInTheWay) {
  RenewalFacts facts{.host = "a.example"};
  EXPECT_EQ(renewal_outlook(facts).verdict, Verdict::kOpen);
  facts.caa_unknown = "timeout";
  EXPECT_EQ(renewal_outlook(facts).verdict, Verdict::kUnknown);
  facts.refused_issuers = {"ca.example"};
  facts.has_address = false;
  facts.issuer_refused = {"CAA records keep the other one out"};
  const RenewalOutlook blocked = renewal_outlook(facts);
  EXPECT_EQ(blocked.verdict, Verdict::kBlocked);
  EXPECT_EQ(blocked.reasons.size(), 3u);
}

TEST(Renewal, TheFractionOfLifeThatIsLeftDecidesHowUrgentItIs) {
  struct Row {
    int whole;
    int left;
    Urgency urgency;
  };
  const Row rows[] = {{47, 16, Urgency::kCalm},     {47, 15, Urgency::kDue},
                      {47, 8, Urgency::kDue},       {47, 7, Urgency::kPressing},
                      {90, 30, Urgency::kCalm},     {90, 29, Urgency::kDue},
                      {90, 14, Urgency::kPressing}, {90, -1, Urgency::kPressing}};
  for (const auto& row : rows) {
    RenewalFacts facts{.host = "a.example"};
    facts.certificate_lifetime = days(row.whole);
    facts.certificate_left = days(row.left);
    EXPECT_EQ(renewal_outlook(facts).urgency, row.urgency) << row.left;
    // Overdue, and nothing seen that hinders it: nobody here can say that it will happen.
    EXPECT_EQ(renewal_outlook(facts).verdict,
              row.urgency == Urgency::kCalm ? Verdict::kOpen : Verdict::kUnknown);
  }
  EXPECT_EQ(renewal_outlook({}).urgency, Urgency::kUnknown);
}

TEST(Renewal, LifeInWords) {
  RenewalFacts facts{};
  EXPECT_EQ(life_in_words(facts), "");
  facts.certificate_lifetime = days(47);
  facts.certificate_left = days(15) + std::chrono::hours(3);
  EXPECT_EQ(life_in_words(facts), "15 of 47 days are left");
  facts.certificate_left = days(-3);
  EXPECT_EQ(life_in_words(facts), "it ended 3 days ago");
}

TEST(Issuers, KnownAuthoritiesAreAllowedOrRefused) {
  const SeenIssuer encrypt = seen_issuer("Let's Encrypt", "http://r10.i.lencr.org/", {});
  EXPECT_EQ(fate_of(caa({}), encrypt, false), IssuerFate::kAllowed);
  EXPECT_EQ(fate_of(caa({{0, "iodef", "mailto:a@b"}}), encrypt, false), IssuerFate::kAllowed);
  EXPECT_EQ(fate_of(caa({{0, "issue", "letsencrypt.org"}}), encrypt, false), IssuerFate::kAllowed);
  EXPECT_EQ(fate_of(caa({{0, "issue", "pki.goog"}}), encrypt, false), IssuerFate::kRefused);
  const CaaSet wild = caa({{0, "issue", "letsencrypt.org"}, {0, "issuewild", ";"}});
  EXPECT_EQ(fate_of(wild, encrypt, false), IssuerFate::kAllowed);
  EXPECT_EQ(fate_of(wild, encrypt, true), IssuerFate::kRefused);
  EXPECT_EQ(fate_of(caa({{128, "future", "x"}}), encrypt, false), IssuerFate::kRefused);
  // One of several names is enough.
  EXPECT_EQ(
      fate_of(caa({{0, "issue", "comodoca.com"}}), seen_issuer("Sectigo Limited", "", {}), false),
      IssuerFate::kAllowed);
}

TEST(Issuers, AnUnknownOneIsKnownByItsAddressOrNotAtAll) {
  const SeenIssuer unknown = seen_issuer("Small CA", "http://crt.small-ca.example/a.crt", {});
  EXPECT_EQ(fate_of(caa({{0, "issue", "small-ca.example"}}), unknown, false), IssuerFate::kAllowed);
  EXPECT_EQ(fate_of(caa({{0, "issue", "other.example"}}), unknown, false), IssuerFate::kUnknown);
  EXPECT_EQ(
      fate_of(caa({{0, "issue", "example"}}), seen_issuer("Small CA", "http://[bad", {}), false),
      IssuerFate::kUnknown);
  CaaSet failed;
  failed.failed = true;
  EXPECT_EQ(fate_of(failed, unknown, false), IssuerFate::kUnknown);
  EXPECT_TRUE(caa_names_of("Small CA").empty());
  // The contract says by which name it goes.
  const SeenIssuer promised = seen_issuer("Small CA", "http://crt.small-ca.example/a.crt",
                                          {"small-ca.example", "other.example"});
  EXPECT_EQ(promised.names, std::vector<std::string>{"small-ca.example"});
  EXPECT_EQ(fate_of(caa({{0, "issue", "other.example"}}), promised, false), IssuerFate::kRefused);
}

}  // namespace
}  // namespace lr::domain
