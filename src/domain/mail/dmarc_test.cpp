#include "domain/mail/dmarc.h"

#include <gtest/gtest.h>

#include "domain/zone.h"

namespace lr::domain {
namespace {

using Outcome = DmarcDiscovery::Outcome;
using Verdict = DmarcVerdict::Result;

/// A suffix list of two entries is enough for these tests.
std::string registrable(std::string_view name) {
  for (const std::string_view suffix : {"co.uk", "com", "org", "net", "example"}) {
    const std::string end = "." + std::string(suffix);
    if (!name.ends_with(end)) continue;
    const std::string_view below = name.substr(0, name.size() - end.size());
    return std::string(name.substr(below.rfind('.') + 1));
  }
  return {};
}

class Dmarc : public ::testing::Test {
 protected:
  void publish(const std::string& domain, const std::string& record) {
    zone_.add(
        {.name = "_dmarc." + domain, .type = RecordType::kTxt, .ttl = 300, .data = Text{{record}}});
  }
  void exists(const std::string& name) {
    zone_.add(
        {.name = name, .type = RecordType::kA, .ttl = 300, .data = *text::parse_ip("192.0.2.1")});
  }
  DmarcDiscovery newer(std::string_view domain) {
    return discover_dmarc(zone_, domain, DmarcEdition::kRfc9989, registrable);
  }
  DmarcDiscovery older(std::string_view domain) {
    return discover_dmarc(zone_, domain, DmarcEdition::kRfc7489, registrable);
  }
  std::string organization(std::string_view domain) {
    return organizational_domain(walk_dmarc_tree(zone_, domain));
  }

  Zone zone_;
};

TEST(DmarcRecord, ReadsEveryTag) {
  const auto record = parse_dmarc(
      "v=DMARC1; p=Reject;sp=quarantine ; np=none; adkim=s; aspf=s; t=y; psd=n; fo=1:d:s; pct=50; "
      "rua=mailto:a@Example.COM!10m,mailto:b@other.example; ruf=mailto:c@example.com; x=y");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->policy, DmarcPolicy::kReject);
  EXPECT_EQ(record->subdomains, DmarcPolicy::kQuarantine);
  EXPECT_EQ(record->missing, DmarcPolicy::kNone);
  EXPECT_TRUE(record->strict_dkim && record->strict_spf && record->testing);
  EXPECT_EQ(record->kind, DmarcDomainKind::kOrganization);
  EXPECT_EQ(record->percent, 50);
  ASSERT_EQ(record->aggregate.size(), 2u);
  EXPECT_EQ(record->aggregate[0].domain, "example.com");
  EXPECT_EQ(record->aggregate[0].limit, "10m");
  EXPECT_TRUE(record->problems.empty());
}

TEST(DmarcRecord, TheVersionComesFirstAndInItsCase) {
  EXPECT_TRUE(is_dmarc_record("v=DMARC1"));
  EXPECT_TRUE(is_dmarc_record("v = DMARC1 ; p=none"));
  EXPECT_TRUE(is_dmarc_record("V=DMARC1; p=none")) << "names in ABNF have no case (RFC 5234)";
  EXPECT_FALSE(is_dmarc_record("v=dmarc1; p=none"));
  EXPECT_FALSE(is_dmarc_record("p=none; v=DMARC1"));
  EXPECT_FALSE(is_dmarc_record("v=DMARC10; p=none"));
}

TEST(DmarcRecord, ReportAddressesAreUris) {
  for (const std::string_view address :
       {"dmarc@example.com", "<mailto:a@example.com>", "mailto:a b@example.com", "mailto:",
        "mailto:a@example.com!many", "mailto:a@example.com!", "1mailto:a@example.com", ":a"}) {
    const auto record = parse_dmarc("v=DMARC1; p=none; rua=" + std::string(address));
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->aggregate.empty()) << address;
    EXPECT_EQ(record->problems.size(), 1u) << address;
  }
  for (const std::string_view address :
       {"mailto:a@example.com", "mailto:a@example.com!10", "mailto:a@example.com!5M",
        "mailto:d%2Cmarc@example.com", "https://reports.example/d?x=1", "x-own+1.0:any"}) {
    const auto record = parse_dmarc("v=DMARC1; p=none; rua=" + std::string(address));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->aggregate.size(), 1u) << address;
    EXPECT_TRUE(record->problems.empty()) << address;
  }
}

TEST(DmarcRecord, FailureOptionsStandOnceAndZeroExcludesOne) {
  for (const std::string_view options : {"0", "1", "d", "S", "1:d:s", "d:s:0", "d:1"}) {
    EXPECT_TRUE(parse_dmarc("v=DMARC1; fo=" + std::string(options))->problems.empty()) << options;
  }
  for (const std::string_view options : {"", "2", "0:1", "d:d", "ds", "1:", ":d", "1;s"}) {
    EXPECT_FALSE(parse_dmarc("v=DMARC1; fo=" + std::string(options))->problems.empty()) << options;
  }
}

TEST(DmarcRecord, NotesWhatIsWrongAndKeepsTheRest) {
  const std::string text = "v=DMARC1; p=rejct; rua=reports@example.com; adkim=x; pct=200; junk";
  const auto record = parse_dmarc(text);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->invalid_policy);
  ASSERT_EQ(record->problems.size(), 5u);
  const DmarcProblem& first = record->problems[0];
  EXPECT_EQ(text.substr(first.begin, first.end - first.begin), "p=rejct");
  EXPECT_EQ(first.why, "p= must be none, quarantine or reject");
}

// The examples of RFC 9989 sections 4.10 and 4.10.2.

TEST_F(Dmarc, AWalkAsksAtMostEightNames) {
  std::vector<std::string> asked;
  for (const auto& step : walk_dmarc_tree(zone_, "a.b.c.d.e.f.g.h.i.j.mail.example.com")) {
    asked.push_back(step.domain);
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"a.b.c.d.e.f.g.h.i.j.mail.example.com",
                                             "g.h.i.j.mail.example.com", "h.i.j.mail.example.com",
                                             "i.j.mail.example.com", "j.mail.example.com",
                                             "mail.example.com", "example.com", "com"}));
}

TEST_F(Dmarc, TheShortestNameWithARecordIsTheOrganization) {
  publish("mail.example.com", "v=DMARC1; p=none");
  publish("example.com", "v=DMARC1; p=none");
  EXPECT_EQ(organization("a.mail.example.com"), "example.com");
}

TEST_F(Dmarc, APublicSuffixIsNotTheOrganization) {
  publish("com", "v=DMARC1; p=none; psd=y");
  EXPECT_EQ(organization("a.mail.example.com"), "example.com");
}

TEST_F(Dmarc, PsdNoEndsTheWalk) {
  publish("mail.example.com", "v=DMARC1; p=none; psd=n");
  publish("example.com", "v=DMARC1; p=none");
  EXPECT_EQ(organization("a.mail.example.com"), "mail.example.com");
  EXPECT_EQ(walk_dmarc_tree(zone_, "a.mail.example.com").size(), 2u);
}

TEST_F(Dmarc, PsdYesEndsTheWalkAlsoWhereItBegins) {
  publish("co.uk", "v=DMARC1; p=none; psd=y");
  publish("uk", "v=DMARC1; p=none");
  EXPECT_EQ(walk_dmarc_tree(zone_, "co.uk").size(), 1u);
  EXPECT_EQ(organization("co.uk"), "co.uk");
}

TEST_F(Dmarc, WithoutARecordTheNameItselfIsTheOrganization) {
  EXPECT_EQ(organization("a.mail.example.com"), "a.mail.example.com");
}

TEST_F(Dmarc, SubdomainsHaveTheirOwnPolicies) {
  publish("example.com", "v=DMARC1; p=reject; sp=quarantine; np=none");
  exists("mail.example.com");
  EXPECT_EQ(newer("example.com").tag, "p");
  EXPECT_EQ(newer("mail.example.com").effective, DmarcPolicy::kQuarantine);
  EXPECT_EQ(newer("mail.example.com").tag, "sp");
  EXPECT_EQ(newer("nothing.example.com").effective, DmarcPolicy::kNone);
  EXPECT_EQ(newer("nothing.example.com").tag, "np");
  EXPECT_EQ(older("nothing.example.com").tag, "sp");
}

TEST_F(Dmarc, TestModeSoftensThePolicyByOne) {
  publish("a.com", "v=DMARC1; p=reject; t=y");
  publish("b.com", "v=DMARC1; p=quarantine; t=y");
  EXPECT_EQ(newer("a.com").effective, DmarcPolicy::kQuarantine);
  EXPECT_EQ(newer("b.com").effective, DmarcPolicy::kNone);
  EXPECT_EQ(older("a.com").effective, DmarcPolicy::kReject);
}

TEST_F(Dmarc, AMissingPolicyNeedsSomebodyWhoWantsReports) {
  publish("a.com", "v=DMARC1; sp=reject");
  EXPECT_EQ(newer("a.com").outcome, Outcome::kNoRecord);
  EXPECT_EQ(older("a.com").outcome, Outcome::kNoRecord);
  publish("b.com", "v=DMARC1; rua=mailto:r@b.com");
  EXPECT_EQ(newer("b.com").outcome, Outcome::kFound);
  EXPECT_EQ(newer("b.com").effective, DmarcPolicy::kNone);
  EXPECT_EQ(older("b.com").outcome, Outcome::kFound);
}

TEST_F(Dmarc, WhetherASubdomainExistsIsNotGuessed) {
  publish("example.com", "v=DMARC1; p=reject; sp=none; np=quarantine");
  zone_.set_unreachable("down.example.com");
  EXPECT_EQ(newer("down.example.com").outcome, Outcome::kUnknown);
  const auto verdict = [&](const std::string& spf) {
    const DmarcMessage message{"down.example.com", spf, {}};
    return evaluate_dmarc(zone_, message, DmarcEdition::kRfc9989, registrable).result;
  };
  EXPECT_EQ(verdict("example.com"), Verdict::kPass) << "the policy matters to mail that fails only";
  EXPECT_EQ(verdict("other.example"), Verdict::kTempError);
}

TEST_F(Dmarc, AnInvalidPolicyNeedsSomebodyWhoWantsReports) {
  publish("a.com", "v=DMARC1; p=rejct");
  publish("b.com", "v=DMARC1; p=rejct; rua=mailto:r@b.com");
  EXPECT_EQ(newer("a.com").outcome, Outcome::kNoRecord);
  EXPECT_EQ(newer("b.com").outcome, Outcome::kFound);
  EXPECT_EQ(newer("b.com").effective, DmarcPolicy::kNone);
}

TEST_F(Dmarc, TwoRecordsAreNone) {
  publish("a.com", "v=DMARC1; p=reject");
  publish("a.com", "v=DMARC1; p=none");
  EXPECT_EQ(newer("a.com").outcome, Outcome::kNoRecord);
  EXPECT_TRUE(newer("a.com").several);
}

TEST_F(Dmarc, NobodyCouldSayIsNotNoRecord) {
  zone_.set_unreachable("_dmarc.mail.example.com");
  publish("example.com", "v=DMARC1; p=reject");
  EXPECT_EQ(newer("mail.example.com").outcome, Outcome::kUnknown);
  EXPECT_EQ(older("mail.example.com").outcome, Outcome::kUnknown);
  EXPECT_EQ(newer("example.com").outcome, Outcome::kFound);
}

TEST_F(Dmarc, AlignmentIsOfOrganizationsUnlessItIsStrict) {
  publish("example.com", "v=DMARC1; p=reject; aspf=s");
  const auto verdict = [&](const std::string& spf, std::vector<std::string> dkim) {
    const DmarcMessage message{"news.example.com", spf, std::move(dkim)};
    return evaluate_dmarc(zone_, message, DmarcEdition::kRfc9989, registrable);
  };
  EXPECT_EQ(verdict("", {"example.com"}).result, Verdict::kPass);
  EXPECT_EQ(verdict("", {"other.example", "mail.example.com"}).result, Verdict::kPass);
  EXPECT_EQ(verdict("bounces.example.com", {}).result, Verdict::kFail);
  EXPECT_EQ(verdict("news.example.com", {}).result, Verdict::kPass);
  EXPECT_EQ(verdict("", {"com"}).result, Verdict::kFail);
}

TEST_F(Dmarc, ReportsStayWithinAnOrganizationWithoutQuestion) {
  publish("example.com", "v=DMARC1; p=reject");
  publish("app.example.com", "v=DMARC1; p=none; rua=mailto:dmarc@example.com");
  EXPECT_EQ(may_report_to(zone_, "app.example.com", "example.com"), true);
  EXPECT_EQ(may_report_to(zone_, "app.example.com", "mail.example.com"), true);
  publish("apart.example.com", "v=DMARC1; p=none; psd=n");
  EXPECT_EQ(may_report_to(zone_, "example.com", "apart.example.com"), false);
}

TEST_F(Dmarc, AnAgreementMayNameAnotherMailboxOfTheSameHostOnly) {
  const auto agree = [&](const std::string& host, const std::string& record) {
    zone_.add({.name = "example.com._report._dmarc." + host,
               .type = RecordType::kTxt,
               .ttl = 300,
               .data = Text{{record}}});
  };
  publish("example.com", "v=DMARC1; p=reject");
  agree("a.example.net", "v=DMARC1; rua=mailto:more@a.example.net");
  agree("b.example.net", "v=DMARC1; rua=mailto:more@c.example.net");
  agree("d.example.net", "v=DMARC1;");
  agree("e.example.net", "v=spf1 -all");
  EXPECT_EQ(may_report_to(zone_, "example.com", "a.example.net"), true);
  EXPECT_EQ(may_report_to(zone_, "example.com", "b.example.net"), false);
  EXPECT_EQ(may_report_to(zone_, "example.com", "d.example.net"), true);
  EXPECT_EQ(may_report_to(zone_, "example.com", "e.example.net"), false);
}

TEST_F(Dmarc, AnotherDomainMustAgreeToReceiveReports) {
  publish("example.com", "v=DMARC1; p=reject");
  EXPECT_EQ(may_report_to(zone_, "example.com", "mail.example.com"), true);
  EXPECT_EQ(may_report_to(zone_, "example.com", "reports.example.net"), false);
  zone_.add({.name = "example.com._report._dmarc.reports.example.net",
             .type = RecordType::kTxt,
             .ttl = 300,
             .data = Text{{"v=DMARC1"}}});
  EXPECT_EQ(may_report_to(zone_, "example.com", "reports.example.net"), true);
  zone_.set_unreachable("example.com._report._dmarc.down.example.net");
  EXPECT_EQ(may_report_to(zone_, "example.com", "down.example.net"), std::nullopt);
}

}  // namespace
}  // namespace lr::domain
