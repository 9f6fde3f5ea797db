#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/mail/public_suffix.h"
#include "domain/records/dmarc_lint.h"
#include "domain/records/testing/judged.h"

namespace lr::domain {

extern const Area area_dmarc;

namespace {

using report::Status;
using testing::acme;
using testing::Fault;
using testing::judged;
using testing::Judged;
using testing::Sane;
using testing::zone_of;

void promises_reject(Subject& subject) { subject.mail.dmarc = DmarcPromise::kReject; }
void promises_quarantine(Subject& subject) { subject.mail.dmarc = DmarcPromise::kQuarantine; }
void sends_nothing(Subject& subject) { subject.mail.sends = false; }
void from_below(Subject& subject) { subject.mail.from = "robot@news.acme.example"; }
void mails_below(Subject& subject) { subject.mail.domain = "mail.acme.example"; }
void mails_deep(Subject& subject) { subject.mail.domain = "a.b.c.d.e.f.g.h.acme.example"; }

constexpr Fault kFaults[] = {
    {"missing", "@ A 192.0.2.1\n"},
    {"several", "_dmarc TXT \"v=DMARC1; p=none\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n"},
    {"version", "_dmarc TXT \"v=dmarc1; p=reject\"\n"},
    {"version", "_dmarc TXT \"V=DMARC1; p=reject\"\n"},
    {"wrong_name", "@ TXT \"v=DMARC1; p=reject\"\n"},
    {"wrong_name", "_dmarc.acme.example TXT \"v=DMARC1; p=reject\"\n"},
    {"syntax", "_dmarc TXT \"v=DMARC1; p=reject; adkim=x\"\n"},
    {"invalid_policy", "_dmarc TXT \"v=DMARC1; p=rejct\"\n"},
    {"duplicate_tags", "_dmarc TXT \"v=DMARC1; p=none; p=reject\"\n"},
    {"unknown_tags", "_dmarc TXT \"v=DMARC1; p=reject; aspff=s\"\n"},
    {"removed_tags", "_dmarc TXT \"v=DMARC1; p=reject; ri=3600\"\n"},
    {"tag_order", "_dmarc TXT \"v=DMARC1; rua=mailto:a@acme.example; p=reject\"\n"},
    {"policy_missing", "_dmarc TXT \"v=DMARC1; rua=mailto:a@acme.example\"\n"},
    {"policy_none", "_dmarc TXT \"v=DMARC1; p=none\"\n"},
    {"below_promise", "_dmarc TXT \"v=DMARC1; p=quarantine\"\n", promises_reject},
    {"unused_open", "_dmarc TXT \"v=DMARC1; p=quarantine\"\n", sends_nothing},
    {"subdomains_weaker", "_dmarc TXT \"v=DMARC1; p=reject; sp=none\"\n"},
    {"missing_weaker", "_dmarc TXT \"v=DMARC1; p=reject; np=none\"\n"},
    {"percent", "_dmarc TXT \"v=DMARC1; p=reject; pct=10\"\n"},
    {"testing", "_dmarc TXT \"v=DMARC1; p=reject; t=y\"\n"},
    {"reports_missing", "_dmarc TXT \"v=DMARC1; p=reject\"\n"},
    {"report_address", "_dmarc TXT \"v=DMARC1; p=reject; rua=a@acme.example\"\n"},
    {"report_unauthorised",
     "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@other.example\"\nother.example. A 192.0.2.1\n"},
    {"report_unreachable", "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@acme.example\"\n"},
    {"failure_reports", "_dmarc TXT \"v=DMARC1; p=reject; ruf=mailto:a@acme.example\"\n"},
    {"size_limit", "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@acme.example!10m\"\n"},
    {"alignment", "_dmarc TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"\n", from_below},
    {"public_suffix", "_dmarc TXT \"v=DMARC1; p=reject; psd=y\"\n"},
    {"editions", "_dmarc TXT \"v=DMARC1; p=reject; np=none\"\n", mails_below},
    {"walk_cut", "_dmarc.b.c.d.e.f.g.h TXT \"v=DMARC1; p=reject\"\n", mails_deep},
};

constexpr Sane kSane[] = {
    {"@ MX 10 mail\nmail A 192.0.2.1\n"
     "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@acme.example\"\n",
     promises_quarantine},
    {"@ MX 10 mail\nmail A 192.0.2.1\n"
     "_dmarc TXT \"v=DMARC1; p=quarantine; rua=mailto:a@acme.example, mailto:b@esp.example\"\n"
     "esp.example. A 192.0.2.9\n"
     "acme.example._report._dmarc.esp.example. TXT \"v=DMARC1\"\n",
     from_below},
    {"_dmarc TXT \"v=DMARC1; p=reject; rua=https://reports.example/d\"\n", sends_nothing},
};

TEST(DmarcArea, EveryCheckIsFoundOnceAndProvedOnce) {
  const bool has_list = PublicSuffixList::load(std::string(kPublicSuffixFile)).has_value();
  ASSERT_TRUE(has_list) << "install the package publicsuffix (tools/setup.sh --test)";
  expect_area(area_dmarc, kFaults, kSane);
}

TEST(DmarcArea, NoAnswerIsNoFinding) {
  for (const std::string_view name : {"_dmarc.acme.example", "_dmarc.example"}) {
    Zone zone = zone_of("@ A 192.0.2.1\n");
    zone.set_unreachable(name);
    const Judged out = judged(area_dmarc, acme(), zone);
    EXPECT_TRUE(out.report.findings.empty()) << name;
    EXPECT_EQ(out.status("dmarc.missing"), Status::kInconclusive);
  }
}

TEST(DmarcArea, BothEditionsAreNamedWhereTheyDiffer) {
  Zone zone = zone_of("_dmarc TXT \"v=DMARC1; p=reject; t=y\"\n");
  const report::Finding finding = judged(area_dmarc, acme(), zone).finding("dmarc.editions");
  EXPECT_THAT(finding.evidence.front().response,
              ::testing::AllOf(::testing::HasSubstr("RFC 9989: quarantine by p"),
                               ::testing::HasSubstr("RFC 7489: reject by p")));
}

TEST(DmarcArea, EachCauseIsSaidOnce) {
  const auto serious = [](const std::string& text, void (*change)(Subject&)) {
    Zone zone = zone_of(text + "@ MX 10 mail\nmail A 192.0.2.1\n");
    Subject subject = acme();
    change(subject);
    std::string out;
    for (const report::Finding& one : judged(area_dmarc, subject, zone).report.findings) {
      if (one.severity >= report::Severity::kMedium) out += one.check + " ";
    }
    return out;
  };
  const std::string reports = "; rua=mailto:a@acme.example\"\n";
  EXPECT_EQ(serious("_dmarc TXT \"v=DMARC2; p=reject\"\n", promises_reject), "dmarc.version ");
  EXPECT_EQ(serious("@ TXT \"v=DMARC1; p=reject\"\n", promises_reject), "dmarc.wrong_name ");
  EXPECT_EQ(serious("_dmarc TXT \"v=DMARC1; p=block" + reports, promises_reject),
            "dmarc.invalid_policy ");
  EXPECT_EQ(serious("_dmarc TXT \"v=DMARC1; p=none" + reports, promises_reject),
            "dmarc.below_promise ");
  EXPECT_EQ(serious("_dmarc TXT \"v=DMARC1; p=quarantine; t=y" + reports, promises_quarantine),
            "dmarc.testing ");
  EXPECT_EQ(serious("_dmarc TXT \"v=DMARC1; p=quarantine; t=y" + reports, promises_reject),
            "dmarc.below_promise dmarc.testing ");
}

TEST(DmarcArea, ATestOfAPromisedPolicyIsSevere) {
  Zone zone = zone_of("_dmarc TXT \"v=DMARC1; p=quarantine; t=y\"\n");
  Subject subject = acme();
  EXPECT_EQ(judged(area_dmarc, subject, zone).finding("dmarc.testing").severity,
            report::Severity::kMedium);
  promises_quarantine(subject);
  EXPECT_EQ(judged(area_dmarc, subject, zone).finding("dmarc.testing").severity,
            report::Severity::kHigh);
}

TEST(DmarcArea, ReportsToTheOrganizationNeedNoAgreement) {
  Zone zone = zone_of(
      "@ MX 10 mail\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=reject\"\n"
      "_dmarc.mail TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@acme.example\"\n");
  Subject subject = acme();
  mails_below(subject);
  EXPECT_EQ(judged(area_dmarc, subject, zone).status("dmarc.report_unauthorised"), Status::kPass);
}

TEST(DmarcArea, TheCorrectedRecordKeepsTheRest) {
  Zone zone = zone_of("_dmarc TXT \"v=DMARC1; p=rejct; rua=mailto:a@acme.example\"\n");
  const report::Finding finding = judged(area_dmarc, acme(), zone).finding("dmarc.invalid_policy");
  EXPECT_THAT(finding.fix, ::testing::EndsWith("_dmarc.acme.example. IN TXT \"v=DMARC1; "
                                               "p=quarantine; rua=mailto:a@acme.example\""));
  EXPECT_THAT(finding.evidence.front().response, ::testing::EndsWith("^^^^^^^"));
}

TEST(DmarcLint, TagsAreSetWhereTheyBelong) {
  EXPECT_EQ(with_dmarc_tag("v=DMARC1", "p", "reject"), "v=DMARC1; p=reject;");
  EXPECT_EQ(with_dmarc_tag("v=DMARC1; rua=x", "p", "none"), "v=DMARC1; p=none; rua=x");
  EXPECT_EQ(with_dmarc_tag("v=DMARC1; p=none;", "sp", "none"), "v=DMARC1; p=none; sp=none");
  EXPECT_EQ(without_dmarc_tag("v=DMARC1; p=none; t=y", "t"), "v=DMARC1; p=none; ");
}

}  // namespace
}  // namespace lr::domain
