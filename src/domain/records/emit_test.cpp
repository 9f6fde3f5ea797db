#include "domain/records/emit.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/rdata_text.h"
#include "domain/records/testing/judged.h"
#include "domain/zone_file.h"

namespace lr::domain {

extern const Area area_spf;
extern const Area area_dkim;
extern const Area area_dmarc;
extern const Area area_mx;
extern const Area area_tls_rpt;
extern const Area area_mta_sts;

namespace {

using testing::acme;
using ::testing::HasSubstr;
using testing::judged;
using testing::zone_of;

constexpr const Area* kAreas[] = {&area_spf, &area_dkim,    &area_dmarc,
                                  &area_mx,  &area_tls_rpt, &area_mta_sts};

std::set<std::string> findings(const Subject& subject, Resolver& resolver) {
  std::set<std::string> out;
  for (const Area* area : kAreas) {
    for (const report::Finding& one : judged(*area, subject, resolver).report.findings) {
      if (one.severity != report::Severity::kInfo) out.emplace(one.check);
    }
  }
  return out;
}

bool is_same(const Record& a, const Record& b) {
  return a.name == b.name && a.type == b.type && rdata_text(a.data) == rdata_text(b.data);
}

/// The zone with the emission published: what is to be removed is gone, and what the zone format
/// says was read again.
Zone published(std::string_view before, const Emission& emission) {
  Zone zone;
  const auto old = parse_zone_file(before, "before.zone", "acme.example");
  const auto fresh =
      parse_zone_file(render_emission(emission, EmitFormat::kZone), "new.zone", "acme.example");
  LR_CHECK(old && fresh);
  for (const ZoneFileRecord& one : old->records) {
    const bool gone = std::ranges::any_of(emission.remove, [&](const EmittedRecord& removed) {
      return is_same(removed.record, one.record);
    });
    if (!gone) zone.add(one.record);
  }
  for (const ZoneFileRecord& one : fresh->records) zone.add(one.record);
  return zone;
}

constexpr std::string_view kHosts = "@ MX 10 mail\nmail A 192.0.2.10\nmta-sts A 192.0.2.11\n";

struct RoundTrip {
  std::string_view zone;
  void (*change)(Subject&) = nullptr;
};
constexpr RoundTrip kRoundTrips[] = {
    {""},
    {"@ TXT \"v=spf1 ?all\"\n_dmarc TXT \"v=DMARC1; p=none; sp=none; pct=5\"\n"},
    {"@ TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n@ TXT \"unrelated\"\n"},
    {"@ TXT \"v=spf1 ip4:192.0.2.1 -all\"\n@ TXT \"v=spf1 mx ~all\"\n"},
    {"@ TXT \"v=spf1 -all ip4:192.0.2.1 include=mail.acme.example\"\n"},
    {"@ TXT \"v=spf1 ip4:192.0.2.1\" \"ip4:192.0.2.2 +all\"\n"},
    {"_dmarc TXT \"v=DMARC1; rua=mailto:a@acme.example!1m; p=rejct; t=y; junk\"\n"},
    {"_dmarc TXT \"v=DMARC1; p=none\"\n_dmarc TXT \"v=DMARC1; p=reject; psd=y\"\n"},
    {"@ TXT \"v=spf1 mx -all\"\n", [](Subject& subject) { subject.mail.senders = {"192.0.2.77"}; }},
    {"@ TXT \"v=spf1 mx -all\"\n_dmarc TXT \"v=DMARC1; p=quarantine\"\n",
     [](Subject& subject) { subject.mail.dmarc = DmarcPromise::kReject; }},
    {"@ TXT \"v=spf1 mx ~all\"\n",
     [](Subject& subject) {
       subject.mail.sends = false;
       subject.mail.receives = false;
     }},
    {"s1._domainkey TXT \"v=DKIM1; k=ed25519; t=y; h=sha1; g=*; "
     "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n",
     [](Subject& subject) { subject.mail.selectors = {"s1"}; }},
};

TEST(Emit, WhatWasFoundIsGoneWhenTheRecordsArePublished) {
  for (const RoundTrip& one : kRoundTrips) {
    const std::string text = std::string(kHosts) + std::string(one.zone);
    Subject subject = acme();
    if (one.change != nullptr) one.change(subject);
    Zone before = zone_of(text);
    EXPECT_FALSE(findings(subject, before).empty()) << one.zone;
    const Emission emission = emit_records(subject, before);
    Zone after = published(text, emission);
    std::set<std::string> left = findings(subject, after);
    left.erase("dkim.only_ed25519");                                  // No new key can be computed.
    if (!subject.mail.receives) left.erase("dmarc.reports_missing");  // Nor a mailbox elsewhere.
    EXPECT_TRUE(left.empty()) << one.zone << ": " << *left.begin() << " in\n"
                              << render_emission(emission, EmitFormat::kZone);
    // A second run has nothing to say.
    const Emission again = emit_records(subject, after);
    EXPECT_TRUE(again.empty()) << one.zone << "\n" << render_emission(again, EmitFormat::kRecords);
  }
}

TEST(Emit, GoodRecordsAreKept) {
  Zone zone = zone_of(std::string(kHosts) +
                      "@ TXT \"v=spf1 mx -all\"\n_mta-sts TXT \"v=STSv1; id=1\"\n"
                      "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@acme.example\"\n"
                      "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@acme.example\"\n"
                      "@ CAA 0 issue \"ca.example\"\n");
  Subject subject = acme();
  subject.issuers = {"ca.example"};
  const Emission emission = emit_records(subject, zone);
  EXPECT_TRUE(emission.empty()) << render_emission(emission, EmitFormat::kRecords);
}

/// The text of the one TXT record that is added at a name; "" when there is none.
std::string added(const Emission& emission, std::string_view name) {
  for (const EmittedRecord& one : emission.add) {
    const Text* text = std::get_if<Text>(&one.record.data);
    if (one.record.name == name && text != nullptr) return text->joined();
  }
  return {};
}

TEST(Emit, ATermThatNobodyUnderstandsIsNotDroppedInSilence) {
  Zone zone =
      zone_of(std::string(kHosts) +
              "@ TXT \"v=spf1 ip4:192.0.2.1 banana:esp.example include:gone.example -all\"\n");
  const Emission emission = emit_records(acme(), zone);
  EXPECT_EQ(added(emission, "acme.example"), "v=spf1 ip4:192.0.2.1 -all");
  EXPECT_THAT(emission.open, ::testing::Contains(HasSubstr("'banana:esp.example'")));
  EXPECT_THAT(emission.open, ::testing::Contains(HasSubstr("include:gone.example")));
  EXPECT_THAT(render_emission(emission, EmitFormat::kZone), HasSubstr("; open: SPF: 'banana:"));
}

TEST(Emit, AWideRangeIsKeptAndNamed) {
  Zone zone = zone_of(std::string(kHosts) + "@ TXT \"v=spf1 ip4:1.2.3.4/0 ?all\"\n");
  const Emission emission = emit_records(acme(), zone);
  EXPECT_EQ(added(emission, "acme.example"), "v=spf1 ip4:1.2.3.4/0 ~all");
  EXPECT_THAT(emission.open, ::testing::Contains(HasSubstr("'ip4:1.2.3.4/0' lets 4294967296")));
}

TEST(Emit, ModifiersOfOthersAreKept) {
  Zone zone = zone_of(std::string(kHosts) +
                      "@ TXT \"v=spf1 mx ra=postmaster x-own=1 ?all exp=why.acme.example\"\n");
  EXPECT_EQ(added(emit_records(acme(), zone), "acme.example"),
            "v=spf1 mx ra=postmaster x-own=1 ~all exp=why.acme.example");
}

TEST(Emit, WhatSeveralRecordsSayIsKeptInOne) {
  Zone zone = zone_of(std::string(kHosts) +
                      "@ TXT \"v=spf1 ip4:192.0.2.1 redirect=_spf.esp.example\"\n"
                      "@ TXT \"v=spf1 mx ip4:192.0.2.2 -all exp=why.acme.example\"\n"
                      "_spf.esp.example. TXT \"v=spf1 ip4:203.0.113.0/24 -all\"\n");
  EXPECT_EQ(added(emit_records(acme(), zone), "acme.example"),
            "v=spf1 include:_spf.esp.example ip4:192.0.2.1 mx ip4:192.0.2.2 -all "
            "exp=why.acme.example");
}

TEST(Emit, AddressesAndTagsOfADmarcRecordAreKept) {
  Zone zone =
      zone_of(std::string(kHosts) +
              "_dmarc TXT \"v=DMARC1; p=none; rua=reports@acme.example,<mailto:b@acme.example>;"
              " x-own=1\"\n");
  EXPECT_EQ(added(emit_records(acme(), zone), "_dmarc.acme.example"),
            "v=DMARC1; p=quarantine; rua=mailto:reports@acme.example,mailto:b@acme.example; "
            "x-own=1");
}

TEST(Emit, TheFirstOfSeveralGoodRecordsIsKept) {
  Zone zone = zone_of(std::string(kHosts) +
                      "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:tls@acme.example\"\n"
                      "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:other@acme.example\"\n"
                      "_mta-sts TXT \"v=STSv1; id=1\"\n_mta-sts TXT \"v=STSv1; id=2\"\n");
  const Emission emission = emit_records(acme(), zone);
  EXPECT_EQ(added(emission, "_smtp._tls.acme.example"), "v=TLSRPTv1; rua=mailto:tls@acme.example");
  EXPECT_EQ(added(emission, "_mta-sts.acme.example"), "v=STSv1; id=1");
  EXPECT_EQ(emission.mta_sts_policy, "") << "the policy that is served is not known";
}

TEST(Emit, NothingIsPutBesideAnAlias) {
  Zone zone = zone_of(std::string(kHosts) +
                      "_dmarc CNAME acme.dmarc.esp.example.\n"
                      "acme.dmarc.esp.example. TXT \"v=DMARC1; p=none\"\n");
  const Emission emission = emit_records(acme(), zone);
  EXPECT_EQ(added(emission, "_dmarc.acme.example"), "");
  EXPECT_THAT(emission.open, ::testing::Contains(HasSubstr("alias of acme.dmarc.esp.example")));
}

TEST(Emit, LongRecordsAreCutIntoStrings) {
  std::string includes;
  for (int i = 0; i < 30; ++i) includes += fmt::format(" ip4:192.0.2.{} \" \"", i);
  Zone zone = zone_of(std::string(kHosts) + "@ TXT \"v=spf1" + includes + "?all\"\n");
  const Emission emission = emit_records(acme(), zone);
  const std::string text = added(emission, "acme.example");
  ASSERT_GT(text.size(), 255U);
  const auto read =
      parse_zone_file(render_emission(emission, EmitFormat::kZone), "new.zone", "acme.example");
  ASSERT_TRUE(read);
  const bool same = std::ranges::any_of(read->records, [&](const ZoneFileRecord& one) {
    const Text* strings = std::get_if<Text>(&one.record.data);
    if (strings == nullptr || strings->joined() != text) return false;
    return std::ranges::all_of(strings->strings, [](const auto& s) { return s.size() <= 255; });
  });
  EXPECT_TRUE(same) << render_emission(emission, EmitFormat::kZone);
}

TEST(Emit, NoAnswerIsNeverMissing) {
  Zone zone = zone_of("@ TXT \"nothing\"\n");
  for (const std::string_view name : {"_dmarc.acme.example", "_smtp._tls.acme.example"}) {
    zone.set_unreachable(name);
  }
  const Emission emission = emit_records(acme(), zone);
  for (const EmittedRecord& one : emission.add) EXPECT_EQ(one.record.name, "acme.example");
  EXPECT_THAT(emission.open, ::testing::Contains(HasSubstr("_dmarc.acme.example TXT: timeout")));
}

TEST(Emit, ADkimKeyIsNeverMadeUp) {
  Zone zone = zone_of(kHosts);
  Subject subject = acme();
  subject.mail.selectors = {"s1"};
  const Emission emission = emit_records(subject, zone);
  EXPECT_THAT(emission.open, ::testing::Contains(HasSubstr("s1._domainkey.acme.example")));
  EXPECT_THAT(render_emission(emission, EmitFormat::kZone),
              ::testing::Not(HasSubstr("IN TXT \"v=DKIM1")));
}

TEST(Emit, EveryFormatSaysTheSame) {
  Zone zone = zone_of(kHosts);
  Subject subject = acme();
  subject.issuers = {"ca.example"};
  subject.mail.receives = false;
  const Emission emission = emit_records(subject, zone);
  EXPECT_THAT(render_emission(emission, EmitFormat::kRecords),
              HasSubstr("add     acme.example. 3600 IN MX 0 ."));
  EXPECT_THAT(render_emission(emission, EmitFormat::kRecords),
              HasSubstr("remove  acme.example. 3600 IN MX 10 mail.acme.example."));
  const std::string terraform = render_emission(emission, EmitFormat::kTerraform);
  EXPECT_THAT(terraform, HasSubstr("  content  = \"\\\"v=spf1 mx ~all\\\"\"\n"));
  EXPECT_THAT(terraform, HasSubstr("tag = \"issue\", value = \"ca.example\""));
  EXPECT_THAT(terraform, HasSubstr("  content  = \".\"\n  priority = 0\n"));
  const std::string dnscontrol = render_emission(emission, EmitFormat::kDnscontrol);
  EXPECT_THAT(dnscontrol, HasSubstr("D_EXTEND(\"acme.example\""));
  EXPECT_THAT(dnscontrol, HasSubstr("TXT(\"_dmarc\", \"v=DMARC1; p=quarantine\""));
  EXPECT_THAT(dnscontrol, HasSubstr("MX(\"@\", 0, \".\")"));
  EXPECT_EQ(parse_emit_format("dnscontrol"), EmitFormat::kDnscontrol);
  EXPECT_FALSE(parse_emit_format("bind"));
}

TEST(Emit, ThePolicyOfMtaStsNamesTheMailServers) {
  Zone zone = zone_of(kHosts);
  const Emission emission = emit_records(acme(), zone);
  EXPECT_EQ(emission.mta_sts_policy,
            "version: STSv1\r\nmode: testing\r\nmx: mail.acme.example\r\nmax_age: 604800\r\n");
}

}  // namespace
}  // namespace lr::domain
