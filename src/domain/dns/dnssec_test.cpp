#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "domain/dns/caa_policy.h"
#include "domain/dns/dnssec_facts.h"
#include "domain/dns/name_facts.h"
#include "domain/dns/takeover_services.h"
#include "domain/dns/testing/area_run.h"
#include "domain/rdata_text.h"

namespace lr::domain {

extern const Area area_dnssec;

namespace {

using report::Severity;
using report::Status;
using ::testing::HasSubstr;

/// The key and digests of RFC 4034 section 5.4 and RFC 4509 section 2.3.
constexpr const char* kExampleKey =
    "256 3 5 "
    "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMm"
    "mAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";

DnsKey example_key() {
  const auto file =
      parse_zone_file(std::string("dskey.example.com. DNSKEY ") + kExampleKey + "\n", "zone", "");
  return std::get<DnsKey>(file->records.at(0).record.data);
}

TEST(DnssecFacts, TheExamplesOfTheStandards) {
  const DnsKey key = example_key();
  EXPECT_EQ(key_tag(key), 60485);
  EXPECT_EQ(rsa_bits(key), 1024u);
  DelegationSigner ds{60485, 5, 1, *crypto::unhex("2BB183AF5F22588179A53B0A98631FAD1A292118")};
  EXPECT_EQ(matches(ds, key, "dskey.example.com"), true);
  EXPECT_EQ(matches(ds, key, "other.example.com"), false);
  EXPECT_EQ(crypto::hex(signer_of(key, "dskey.example.com").digest),
            "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a");
  ds.digest_type = 99;
  EXPECT_EQ(matches(ds, key, "dskey.example.com"), std::nullopt);
}

TEST(DnssecFacts, IterationsOfBothForms) {
  EXPECT_EQ(nsec3_iterations({.wire = std::string("\1\0\0\12\0", 5)}), 10);
  EXPECT_EQ(nsec3_iterations({.wire = "", .text = "1 0 500 -"}), 500);
  EXPECT_EQ(nsec3_iterations({.wire = "", .text = "1"}), std::nullopt);
}

TEST(DnssecFacts, TheEndOfASignatureIsSeenAgainstItsWholeLife) {
  using std::chrono::days;
  using std::chrono::hours;
  const WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25);
  const auto at = [&](std::chrono::seconds shift) {
    return static_cast<std::uint32_t>(
        std::chrono::floor<std::chrono::seconds>(now + shift).time_since_epoch().count());
  };
  const auto age = [&](std::chrono::seconds since, std::chrono::seconds left) {
    return life_of({.expiration = at(left), .inception = at(-since), .signer = {}}, now).age;
  };
  EXPECT_EQ(age(days(20), days(10)), SignatureAge::kFresh);
  EXPECT_EQ(age(hours(25), hours(24)), SignatureAge::kFresh);  // Signed on the fly.
  EXPECT_EQ(age(days(25), days(5)), SignatureAge::kLate);
  EXPECT_EQ(age(days(29), hours(20)), SignatureAge::kEnding);
  EXPECT_EQ(age(days(30), -hours(1)), SignatureAge::kExpired);
}

TEST(DnssecFacts, Rollovers) {
  const DelegationSigner old{1, 13, 2, "a"};
  const DelegationSigner next{2, 13, 2, "b"};
  const DelegationSigner removal{0, 0, 0, std::string(1, '\0')};
  EXPECT_EQ(rollover_of({old}, {}), Rollover::kNone);
  EXPECT_EQ(rollover_of({old}, {old}), Rollover::kNone);
  EXPECT_EQ(rollover_of({old}, {old, {1, 13, 4, "c"}}), Rollover::kNone);
  EXPECT_EQ(rollover_of({old}, {next}), Rollover::kWaiting);
  EXPECT_EQ(rollover_of({old}, {{1, 13, 2, "z"}}), Rollover::kWaiting);
  EXPECT_EQ(rollover_of({old}, {removal}), Rollover::kRemoval);
  EXPECT_EQ(rollover_of({}, {removal}), Rollover::kNone);
}

constexpr const char* kSoa = "@ SOA ns1 h 1 7200 900 1209600 300\n";
constexpr const char* kGoodKey = "257 3 13 AAAA";

std::string ds_for(const std::string& key_text, bool sha1 = false) {
  const auto file =
      parse_zone_file("acme.example. DNSKEY " + key_text + "\n", "zone", "acme.example");
  DelegationSigner ds =
      signer_of(std::get<DnsKey>(file->records.at(0).record.data), "acme.example");
  if (sha1) ds.digest_type = 1;
  return rdata_text(ds);
}

AreaRun judged(const std::string& text, bool promised = false, Trust trust = Trust::kSecure) {
  TestResolver resolver(std::string(kSoa) + text);
  EXPECT_EQ(resolver.bad_zone_file, "");
  resolver.trust = trust;
  Subject subject{.domain = "acme.example"};
  subject.dnssec = promised;
  AreaRun run = run_area(area_dnssec, subject, {.resolver = resolver, .live = false});
  EXPECT_TRUE(run.silent.empty());
  return run;
}

std::string good() {
  return std::string("@ DNSKEY ") + kGoodKey + "\n@ DS " + ds_for(kGoodKey) + "\n";
}

TEST(DnssecArea, AHealthySignedZoneHasNoFindings) {
  const AreaRun run =
      judged(good() + "@ NSEC3PARAM 1 0 0 -\n@ CDS " + ds_for(kGoodKey) + "\n", true);
  for (const auto& finding : run.report.findings) ADD_FAILURE() << finding.check;
  for (const auto& one : run.report.inconclusive) ADD_FAILURE() << one.check << one.reason;
  EXPECT_EQ(run.status("dnssec.bogus"), Status::kPass);
}

TEST(DnssecArea, UnsignedIsAdviceUnlessPromised) {
  EXPECT_EQ(judged("").finding("dnssec.unsigned")->severity, Severity::kLow);
  EXPECT_EQ(judged("", true).finding("dnssec.unsigned")->severity, Severity::kHigh);
  EXPECT_EQ(judged("").status("dnssec.algorithm"), Status::kNotApplicable);
}

TEST(DnssecArea, SignedWithoutTheParentKnowing) {
  const AreaRun run = judged(std::string("@ DNSKEY ") + kGoodKey + "\n");
  ASSERT_NE(run.finding("dnssec.no_ds"), nullptr);
  EXPECT_THAT(run.finding("dnssec.no_ds")->fix, HasSubstr("IN DS " + ds_for(kGoodKey)));
}

TEST(DnssecArea, Bogus) {
  TestResolver resolver(std::string(kSoa) + good());
  resolver.bogus = {{"acme.example", RecordType::kSoa}};
  const Subject subject{.domain = "acme.example"};
  const AreaRun run = run_area(area_dnssec, subject, {.resolver = resolver, .live = false});
  ASSERT_NE(run.finding("dnssec.bogus"), nullptr);
  EXPECT_EQ(run.finding("dnssec.bogus")->severity, Severity::kCritical);
  EXPECT_EQ(run.finding("dnssec.bogus")->evidence.at(0).response, "no signature fits");
}

TEST(DnssecArea, EachWeakness) {
  const std::pair<std::string, const char*> cases[] = {
      {std::string("@ DNSKEY ") + kGoodKey + "\n@ DS " + ds_for(kGoodKey, true) + "\n",
       "dnssec.ds_digest"},
      {std::string("@ DNSKEY ") + kGoodKey + "\n@ DS 1 13 2 00ff\n", "dnssec.ds_without_key"},
      {std::string("@ DNSKEY ") + kExampleKey + "\n@ DS " + ds_for(kExampleKey) + "\n",
       "dnssec.algorithm"},
      {std::string("@ DNSKEY ") + kExampleKey + "\n@ DS " + ds_for(kExampleKey) + "\n",
       "dnssec.key_size"},
      {"@ DNSKEY 385 3 13 AAAA\n@ DS " + ds_for("385 3 13 AAAA") + "\n", "dnssec.key_flags"},
      {good() + "@ NSEC3PARAM 1 0 10 -\n", "dnssec.nsec3_iterations"},
      {good() + "@ CDS 7 13 2 00ff\n", "dnssec.rollover"}};
  for (const auto& [text, check] : cases) {
    const AreaRun run = judged(text);
    ASSERT_NE(run.finding(check), nullptr) << check;
    EXPECT_EQ(run.status(check), Status::kFail);
  }
}

TEST(CaaPolicy, WhoMayIssue) {
  const auto set = [](std::vector<CertificateAuthority> records) {
    return CaaSet{.where = "a.example", .records = std::move(records), .why = {}};
  };
  EXPECT_TRUE(caa_allows(set({}), "ca.example", false));
  EXPECT_TRUE(
      caa_allows(set({{0, "issue", "CA.example; accounturi=https://x"}}), "ca.example", false));
  EXPECT_FALSE(caa_allows(set({{0, "issue", ";"}}), "ca.example", false));
  EXPECT_FALSE(caa_allows(set({{0, "issue", "ca example"}}), "ca.example", false));
  EXPECT_TRUE(caa_allows(set({{0, "iodef", "mailto:a@b"}}), "ca.example", false));
  EXPECT_FALSE(
      caa_allows(set({{0, "issue", "ca.example"}, {0, "issuewild", ";"}}), "ca.example", true));
  EXPECT_TRUE(caa_allows(set({{0, "issue", "ca.example"}}), "ca.example", true));
  EXPECT_FALSE(caa_allows(set({{0, "issue", "ca.example"}, {128, "x", "y"}}), "ca.example", false));
  CaaSet failed;
  failed.failed = true;
  EXPECT_FALSE(caa_allows(failed, "ca.example", false));
}

TEST(CaaPolicy, ClimbsUpAndStopsAtTheFirst) {
  TestResolver resolver("@ CAA 0 issue \"up.example\"\nb CAA 0 issue \"b.example\"\n");
  EXPECT_EQ(find_caa(resolver, "a.b.acme.example").where, "b.acme.example");
  EXPECT_EQ(find_caa(resolver, "c.acme.example").where, "acme.example");
  EXPECT_EQ(find_caa(resolver, "other.example").where, "");
}

TEST(NameFacts, WhatAnybodyCouldRegister) {
  EXPECT_TRUE(is_registrable("gone.com"));
  EXPECT_TRUE(is_registrable("gone.co.uk"));
  EXPECT_FALSE(is_registrable("co.uk"));
  EXPECT_FALSE(is_registrable("com"));
  EXPECT_FALSE(is_registrable("a.gone.com"));
}

TEST(NameFacts, AddressesThatNobodyReaches) {
  for (const auto* ip : {"10.1.2.3", "127.0.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1",
                         "172.31.0.1", "::1", "fe80::1", "fd00::1", "0.0.0.0"}) {
    EXPECT_TRUE(is_unreachable(*text::parse_ip(ip))) << ip;
  }
  for (const auto* ip : {"8.8.8.8", "172.32.0.1", "2606:4700::1111", "100.128.0.1"}) {
    EXPECT_FALSE(is_unreachable(*text::parse_ip(ip))) << ip;
  }
}

TEST(TakeoverServices, AreDataThatCanBeFound) {
  EXPECT_GE(takeover_services().size(), 45u);
  for (const TakeoverService& service : takeover_services()) {
    EXPECT_EQ(service.page.empty(), service.sign == TakeoverService::Sign::kMissing)
        << service.name;
    EXPECT_NE(service_of("x." + std::string(service.suffix)), nullptr) << service.suffix;
  }
  EXPECT_EQ(service_of("notgithub.io"), nullptr);
}

}  // namespace
}  // namespace lr::domain
