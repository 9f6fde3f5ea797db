#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/records/spf_lint.h"
#include "domain/records/spf_tree.h"
#include "domain/records/testing/judged.h"

namespace lr::domain {

extern const Area area_spf;

namespace {

using report::Status;
using testing::acme;
using testing::Fault;
using testing::judged;
using testing::Judged;
using testing::Sane;
using testing::zone_of;

void sends_nothing(Subject& subject) { subject.mail.sends = false; }
void has_sender(Subject& subject) { subject.mail.senders = {"192.0.2.10"}; }
void has_subdomain(Subject& subject) { subject.web_hosts = {"www.acme.example"}; }

constexpr Fault kFaults[] = {
    {"missing", "@ TXT \"hello\"\n"},
    {"unused_open", "@ TXT \"v=spf1 mx -all\"\n", sends_nothing},
    {"several", "@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 mx -all\"\n"},
    {"misspelled", "@ TXT \" v=spf1 -all\"\n"},
    {"type99", "@ TYPE99 \\# 12 0b763d73706631202d616c6c\n"},
    {"syntax", "@ TXT \"v=spf1 ip4:192.0.2.0/33 -all\"\n"},
    {"unknown_mechanism", "@ TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n"},
    {"non_ascii", "@ TXT \"v=spf1 \\226\\128\\156mx -all\"\n"},
    {"lost_space", "@ TXT \"v=spf1 ip4:192.0.2.1\" \"ip4:192.0.2.2 -all\"\n"},
    {"unknown_modifier", "@ TXT \"v=spf1 include=esp.example -all\"\n"},
    {"pass_all", "@ TXT \"v=spf1 +all\"\n"},
    {"no_all", "@ TXT \"v=spf1 ip4:192.0.2.1\"\n"},
    {"neutral_all", "@ TXT \"v=spf1 ?all\"\n"},
    {"softfail_all", "@ TXT \"v=spf1 ~all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n"},
    {"ptr", "@ TXT \"v=spf1 ptr -all\"\n"},
    {"redirect_ignored", "@ TXT \"v=spf1 redirect=x.acme.example -all\"\n"},
    {"unreachable_terms", "@ TXT \"v=spf1 -all ip4:192.0.2.1\"\n"},
    {"macros", "@ TXT \"v=spf1 include:%{l}.acme.example -all\"\n"},
    {"duplicate_terms", "@ TXT \"v=spf1 ip4:192.0.2.1 IP4:192.0.2.1 -all\"\n"},
    {"wide_range", "@ TXT \"v=spf1 ip4:10.0.0.0/8 -all\"\n"},
    {"wide_range", "@ TXT \"v=spf1 a/0 -all\"\n@ A 192.0.2.1\n"},
    {"wide_range", "@ TXT \"v=spf1 ip6:2000::/3 -all\"\n"},
    {"too_many_lookups",
     "@ TXT \"v=spf1 include:b.acme.example a a a a a a -all\"\n@ A 192.0.2.1\n"
     "b TXT \"v=spf1 a a a a -all\"\nb A 192.0.2.1\n"},
    {"near_lookup_limit", "@ TXT \"v=spf1 a a a a a a a a a -all\"\n@ A 192.0.2.1\n"},
    {"void_lookups", "@ TXT \"v=spf1 a:x.acme.example a:y.acme.example mx:z.acme.example -all\"\n"},
    {"without_hosts", "@ TXT \"v=spf1 a:x.acme.example -all\"\n"},
    {"include_missing", "@ TXT \"v=spf1 include:x.acme.example -all\"\n"},
    {"include_broken", "@ TXT \"v=spf1 include:x.acme.example -all\"\nx TXT \"v=spf1 nonsense\"\n"},
    {"include_loop", "@ TXT \"v=spf1 include:acme.example -all\"\n"},
    {"redirect_missing", "@ TXT \"v=spf1 redirect=x.acme.example\"\n"},
    {"sender_refused", "@ TXT \"v=spf1 ip4:192.0.2.11 -all\"\n", has_sender},
    {"subdomains", "@ TXT \"v=spf1 -all\"\nwww A 192.0.2.1\n", has_subdomain},
    {"large_record",
     "@ TXT \"v=spf1 -all\"\n"
     "@ TXT \"verification=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n"
     "@ TXT \"verification=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
     "bb"
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"\n"},
};

constexpr Sane kSane[] = {
    {"@ TXT \"v=spf1 ip4:192.0.2.0/28 a:mail.acme.example include:esp.example. mx -all\"\n"
     "mail A 192.0.2.3\n@ MX 10 mail\nesp.example. TXT \"v=spf1 ip4:203.0.113.0/24 ~all\"\n",
     has_sender},
    {"@ TXT \"V=SPF1 IP4:192.0.2.10 ~ALL\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n", has_sender},
    {"@ TXT \"v=spf1 redirect=_spf.acme.example\"\n_spf TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"},
    {"@ TXT \"v=spf1 -all\"\n", sends_nothing},
    {"@ TXT \"v=spf1 -all\"\nwww A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=quarantine\"\n",
     has_subdomain},
};

TEST(SpfArea, EveryCheckIsFoundOnceAndProvedOnce) { expect_area(area_spf, kFaults, kSane); }

TEST(SpfArea, NoAnswerIsNoFinding) {
  Zone zone;
  zone.set_unreachable("acme.example");
  const Judged out = judged(area_spf, acme(), zone);
  EXPECT_TRUE(out.report.findings.empty());
  EXPECT_TRUE(out.with(Status::kPass).empty());
  Zone deeper = zone_of("@ TXT \"v=spf1 include:x.acme.example -all\"\n");
  deeper.set_unreachable("x.acme.example");
  const Judged include = judged(area_spf, acme(), deeper);
  EXPECT_TRUE(include.report.findings.empty());
  EXPECT_EQ(include.status("spf.include_missing"), Status::kInconclusive);
  EXPECT_EQ(include.status("spf.too_many_lookups"), Status::kInconclusive);
}

TEST(SpfArea, AnErrorDoesNotHideThatTheRecordIsOpen) {
  Zone zone = zone_of("@ TXT \"v=spf1 ipv4:192.0.2.1 ip4:0.0.0.0/2 +all\"\n");
  const Judged out = judged(area_spf, acme(), zone);
  EXPECT_THAT(out.finding("spf.unknown_mechanism").fix, ::testing::EndsWith(" ~all\""));
  EXPECT_EQ(out.status("spf.wide_range"), Status::kFail);
  const report::Finding open = out.finding("spf.pass_all");
  EXPECT_THAT(open.fix, ::testing::EndsWith("\"v=spf1 ip4:192.0.2.1 ip4:0.0.0.0/2 ~all\""));
  EXPECT_THAT(open.evidence.front().response, ::testing::HasSubstr("ipv4:192.0.2.1"));
}

TEST(SpfArea, TheWrongPartOfALongRecordStandsOnALineOfItsOwn) {
  std::string text = "@ TXT \"v=spf1";
  for (int i = 0; i < 9; ++i) text += " ip4:192.0.2." + std::to_string(i);
  Zone zone = zone_of(text + " banana -all\"\n");
  const report::Finding finding = judged(area_spf, acme(), zone).finding("spf.unknown_mechanism");
  EXPECT_THAT(finding.evidence.front().response, ::testing::EndsWith("\n\nwrong in it: banana"));
}

TEST(SpfArea, AFindingQuotesTheTermAndCorrectsTheRecord) {
  Zone zone = zone_of("@ TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n");
  const report::Finding finding = judged(area_spf, acme(), zone).finding("spf.unknown_mechanism");
  EXPECT_EQ(finding.evidence.front().response,
            "acme.example TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n"
            "                         ^^^^^^^^^^^^^^");
  EXPECT_THAT(finding.fix,
              ::testing::EndsWith("acme.example. IN TXT \"v=spf1 ip4:192.0.2.1 -all\""));
}

TEST(SpfArea, EachCauseIsSaidOnce) {
  const auto serious = [](const std::string& text) {
    Zone zone = zone_of(text);
    Subject subject = acme();
    has_sender(subject);
    std::string out;
    for (const report::Finding& one : judged(area_spf, subject, zone).report.findings) {
      if (one.severity >= report::Severity::kMedium) out += one.check + " ";
    }
    return out;
  };
  EXPECT_EQ(serious("@ TXT \"v=spf include:x.example -all\"\n"), "spf.misspelled ");
  EXPECT_EQ(serious("@ TXT \"v=spf1 ip4:192.0.2.10 \\226\\128\\147all\"\n"), "spf.non_ascii ");
  EXPECT_EQ(serious("@ TXT \"v=spf1 ip4:192.0.2.10/28\" \"ip4:192.0.2.2 -all\"\n"),
            "spf.lost_space ");
  EXPECT_EQ(serious("@ TXT \"v=spf1 include:gone.example -all\"\n"), "spf.include_missing ");
  EXPECT_EQ(serious("@ TXT \"v=spf1 ip4:192.0.2.11 -all\"\n"), "spf.sender_refused ");
}

TEST(SpfArea, TheIncludeTreeIsTheEvidenceOfTooManyLookups) {
  Zone zone = zone_of(
      "@ TXT \"v=spf1 include:b.acme.example a a a a a a -all\"\n@ A 192.0.2.1\n"
      "b TXT \"v=spf1 a a a a -all\"\nb A 192.0.2.1\n");
  const SpfTree tree = read_spf_tree(zone, "acme.example");
  EXPECT_EQ(tree.lookups, 11);
  EXPECT_EQ(tree.text(),
            "11 lookups of at most 10, 0 in vain of at most 2\n"
            "acme.example (7): v=spf1 include:b.acme.example a a a a a a -all\n"
            "  b.acme.example (4): v=spf1 a a a a -all\n");
}

TEST(SpfArea, AnEndlessTreeOfIncludesIsCut) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    const std::string name = i == 0 ? "@" : "n" + std::to_string(i);
    text += name + " TXT \"v=spf1 include:n" + std::to_string(i + 1) + ".acme.example -all\"\n";
  }
  Zone zone = zone_of(text);
  const SpfTree tree = read_spf_tree(zone, "acme.example");
  EXPECT_TRUE(tree.cut);
  EXPECT_EQ(tree.nodes.size(), kSpfTreeNodes);
}

TEST(SpfLint, GuessesWhatWasMeant) {
  EXPECT_EQ(likely_spf_term("ipv4:192.0.2.1"), "ip4:192.0.2.1");
  EXPECT_EQ(likely_spf_term("192.0.2.1"), "ip4:192.0.2.1");
  EXPECT_EQ(likely_spf_term("ip4:2001:db8::1"), "ip6:2001:db8::1");
  EXPECT_EQ(likely_spf_term("include=esp.example"), "include:esp.example");
  EXPECT_EQ(likely_spf_term("-al"), "-all");
  EXPECT_EQ(likely_spf_term("banana"), "");
}

TEST(SpfLint, AWordThatIsCutInTwoIsNoLostSpace) {
  EXPECT_FALSE(lost_space({"v=spf1 inclu", "de:esp.example -all"}));
  EXPECT_FALSE(lost_space({"v=spf1 mx ", "include:esp.example -all"}));
  EXPECT_TRUE(lost_space({"v=spf1 mx", "include:esp.example -all"}));
}

}  // namespace
}  // namespace lr::domain
