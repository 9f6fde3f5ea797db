// Pure judgement: a good server, and one spoiled in one respect at a time.
#include "domain/tls/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "domain/tls/certificate_judge.h"
#include "domain/tls/profile.h"

namespace lr::domain::tls {
namespace {

using Kind = Verdict::Kind;
using Names = std::set<std::string_view>;
using std::chrono::days;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

VersionFacts& of(TlsFacts& facts, Version version) {
  return facts.versions[static_cast<std::size_t>(version) - 0x0300];
}

TlsFacts good_server() {
  TlsFacts facts{.server_name = "a.example", .peer = "192.0.2.1:443"};
  for (VersionFacts& one : facts.versions) one.spoken = Seen::kNo;
  VersionFacts& tls13 = of(facts, Version::kTls13);
  tls13.spoken = Seen::kYes;
  tls13.suites = {0x1301, 0x1302};
  VersionFacts& tls12 = of(facts, Version::kTls12);
  tls12.spoken = Seen::kYes;
  tls12.suites = {0xc02b, 0xc02f};
  facts.groups13 = {kX25519MlKem768, 0x001d, 0x0017};
  facts.groups12 = {0x001d, 0x0017};
  facts.signature_schemes = {0x0403, 0x0804};
  facts.fallback_scsv = Seen::kYes;
  facts.downgrade_sentinel = Seen::kYes;
  facts.compression = Seen::kNo;
  facts.secure_renegotiation = Seen::kYes;
  facts.extended_master_secret = Seen::kYes;
  facts.heartbeat = Seen::kNo;
  facts.tolerant = Seen::kYes;
  facts.reuses_keys = Seen::kNo;
  facts.server_order = Seen::kNo;
  return facts;
}

Names with_kind(const std::vector<Verdict>& verdicts, Kind kind) {
  Names out;
  for (const Verdict& verdict : verdicts) {
    if (verdict.kind == kind) out.insert(verdict.check);
  }
  return out;
}

Names found(const TlsFacts& facts, TlsProfile profile = TlsProfile::kIntermediate) {
  return with_kind(judge_tls(facts, profile, true), Kind::kFound);
}

TEST(JudgeTls, AGoodServerIsProvedInEverything) {
  const auto verdicts = judge_tls(good_server(), TlsProfile::kIntermediate, true);
  EXPECT_EQ(verdicts.size(), 30U);
  for (const Verdict& verdict : verdicts) EXPECT_EQ(verdict.kind, Kind::kProved) << verdict.check;
}

struct Spoiled {
  const char* check;
  void (*spoil)(TlsFacts& facts);
  Names also{};
};

TEST(JudgeTls, EachFaultIsFoundAndWhatFollowsFromIt) {
  const auto suite = [](TlsFacts& facts, std::uint16_t code) {
    of(facts, Version::kTls12).suites.push_back(code);
  };
  static const auto add = suite;
  const Names weak{"profile", "client_order"};
  const Spoiled rows[] = {
      {"ssl3", [](auto& f) { of(f, Version::kSsl30).spoken = Seen::kYes; }},
      {"tls10", [](auto& f) { of(f, Version::kTls10).spoken = Seen::kYes; }},
      {"tls11", [](auto& f) { of(f, Version::kTls11).spoken = Seen::kYes; }},
      {"tls13_missing", [](auto& f) { of(f, Version::kTls13).spoken = Seen::kNo; }},
      {"null", [](auto& f) { add(f, 0xc006); }, weak},
      {"anonymous", [](auto& f) { add(f, 0xc018); }, {"profile", "client_order", "cbc"}},
      {"export",
       [](auto& f) { add(f, 0x0003); },
       {"profile", "client_order", "rc4", "no_forward_secrecy"}},
      {"rc4", [](auto& f) { add(f, 0xc011); }, weak},
      {"single_des", [](auto& f) { add(f, 0x0015); }, {"profile", "client_order", "cbc"}},
      {"triple_des", [](auto& f) { add(f, 0xc012); }, {"profile", "client_order", "cbc"}},
      {"md5",
       [](auto& f) { add(f, 0x0004); },
       {"profile", "client_order", "rc4", "no_forward_secrecy"}},
      {"no_forward_secrecy", [](auto& f) { add(f, 0x009c); }, weak},
      {"cbc", [](auto& f) { add(f, 0xc013); }, weak},
      {"profile", [](auto& f) { add(f, 0x009e); }},
      {"no_aead",
       [](auto& f) {
         of(f, Version::kTls13).spoken = Seen::kNo;
         of(f, Version::kTls13).suites.clear();
         of(f, Version::kTls12).suites = {0xc013};
         f.server_order = Seen::kYes;
       },
       {"tls13_missing", "cbc", "profile"}},
      {"dh_size", [](auto& f) { f.dh_bits = 1024; }},
      {"reused_keys", [](auto& f) { f.reuses_keys = Seen::kYes; }},
      {"weak_groups", [](auto& f) { f.groups12.push_back(0x0013); }},
      {"usual_groups", [](auto& f) { f.groups12 = f.groups13 = {kX25519MlKem768, 0x0018}; }},
      {"post_quantum", [](auto& f) { f.groups13 = {0x001d}; }},
      {"sha1_signature", [](auto& f) { f.signature_schemes.push_back(0x0201); }},
      {"fallback_scsv", [](auto& f) { f.fallback_scsv = Seen::kNo; }},
      {"downgrade_sentinel", [](auto& f) { f.downgrade_sentinel = Seen::kNo; }},
      {"compression", [](auto& f) { f.compression = Seen::kYes; }},
      {"renegotiation", [](auto& f) { f.secure_renegotiation = Seen::kNo; }},
      {"extended_master_secret", [](auto& f) { f.extended_master_secret = Seen::kNo; }},
      {"heartbeat", [](auto& f) { f.heartbeat = Seen::kYes; }},
      {"intolerant", [](auto& f) { f.tolerant = Seen::kNo; }},
  };
  for (const Spoiled& row : rows) {
    TlsFacts facts = good_server();
    row.spoil(facts);
    Names expected = row.also;
    expected.insert(row.check);
    EXPECT_EQ(found(facts), expected) << row.check;
  }
}

TEST(JudgeTls, WhatWasNotAnsweredIsNeverProved) {
  TlsFacts facts = good_server();
  of(facts, Version::kTls10).spoken = Seen::kUnknown;
  of(facts, Version::kTls10).why = "the server stalls";
  const auto verdicts = judge_tls(facts, TlsProfile::kIntermediate, true);
  const Names unproved = with_kind(verdicts, Kind::kUnproved);
  for (const char* check : {"tls10", "null", "anonymous", "export", "rc4", "triple_des", "md5",
                            "no_forward_secrecy", "cbc", "profile", "dh_size"}) {
    EXPECT_TRUE(unproved.contains(check)) << check;
  }
  EXPECT_THAT(with_kind(verdicts, Kind::kFound), IsEmpty());
}

TEST(JudgeTls, ServersOfTls13AloneAreGoodForBothProfiles) {
  TlsFacts facts = good_server();
  of(facts, Version::kTls12).spoken = Seen::kNo;
  of(facts, Version::kTls12).suites.clear();
  EXPECT_THAT(found(facts), IsEmpty());
  EXPECT_THAT(found(facts, TlsProfile::kModern), IsEmpty());
  EXPECT_THAT(found(good_server(), TlsProfile::kModern), UnorderedElementsAre("profile"));
}

TEST(JudgeTls, LeavingAProfileThatNobodyPromisedIsARemark) {
  TlsFacts facts = good_server();
  of(facts, Version::kTls12).suites.push_back(0x009e);
  for (const Verdict& verdict : judge_tls(facts, TlsProfile::kIntermediate, false)) {
    if (verdict.check != "profile") continue;
    EXPECT_EQ(verdict.found.severity, report::Severity::kInfo);
    EXPECT_THAT(verdict.found.observed, ::testing::HasSubstr("TLS_DHE_RSA_WITH_AES_128_GCM"));
  }
}

TEST(JudgeTls, DifferencesAreOfWhatWasAnswered) {
  TlsFacts other = good_server();
  EXPECT_EQ(difference(good_server(), other), "");
  of(other, Version::kTls10).spoken = Seen::kUnknown;
  EXPECT_EQ(difference(good_server(), other), "");
  of(other, Version::kTls10).spoken = Seen::kYes;
  other.peer = "192.0.2.2:443";
  EXPECT_EQ(difference(good_server(), other), "TLS 1.0 is spoken by 192.0.2.2:443 only");
}

WallTime at(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)};
}

TEST(LongestLife, FollowsTheDayOfIssue) {
  EXPECT_EQ(longest_life(at(2020, 9, 1)), days(398));
  EXPECT_EQ(longest_life(at(2026, 3, 14)), days(398));
  EXPECT_EQ(longest_life(at(2026, 3, 15)), days(200));
  EXPECT_EQ(longest_life(at(2027, 3, 14)), days(200));
  EXPECT_EQ(longest_life(at(2027, 3, 15)), days(100));
  EXPECT_EQ(longest_life(at(2029, 3, 15)), days(47));
}

ServedView public_view() {
  ServedView view{.host = "a.example", .peer = "192.0.2.1:443"};
  view.chain.trust = ChainFacts::Trust::kTrusted;
  CertificateFacts leaf{.common_name = "a.example", .names = {"a.example"}, .name_count = 1};
  leaf.from = at(2026, 11, 1);
  leaf.until = at(2027, 1, 30);
  leaf.key = KeyKind::kEcdsa;
  leaf.key_bits = 256;
  leaf.curve = "prime256v1";
  leaf.transparency = true;
  view.chain.served = {leaf};
  view.chain.used = {0};
  return view;
}

Names found(const ServedView& view, TlsProfile profile = TlsProfile::kIntermediate) {
  Names out = with_kind(judge_certificate(view, at(2026, 11, 25), profile, true), Kind::kFound);
  out.erase("name_mismatch");  // Needs the bytes of a certificate; see area_test.cpp.
  return out;
}

TEST(JudgeCertificate, PublicCertificatesMustBeLogged) {
  ServedView view = public_view();
  EXPECT_THAT(found(view), IsEmpty());
  view.chain.served[0].transparency = false;
  EXPECT_THAT(found(view), UnorderedElementsAre("transparency"));
  view.timestamps = 2;
  EXPECT_THAT(found(view), IsEmpty());
  view.timestamps = 0;
  view.system_roots = false;
  EXPECT_THAT(found(view), IsEmpty());
}

TEST(JudgeCertificate, ProfilesAndOldFormats) {
  ServedView view = public_view();
  view.chain.served[0].version = 1;
  EXPECT_THAT(found(view), UnorderedElementsAre("old_version"));
  view = public_view();
  view.chain.served[0].key = KeyKind::kRsa;
  view.chain.served[0].key_bits = 2048;
  EXPECT_THAT(found(view), IsEmpty());
  EXPECT_THAT(found(view, TlsProfile::kModern), UnorderedElementsAre("profile_key"));
}

TEST(JudgeCertificate, TheDaysOf2027AreShorter) {
  ServedView view = public_view();
  view.chain.served[0].from = at(2026, 11, 1);
  view.chain.served[0].until = view.chain.served[0].from + days(201);
  EXPECT_THAT(found(view), UnorderedElementsAre("validity_too_long"));
  view.chain.served[0].until = view.chain.served[0].from + days(200);
  EXPECT_THAT(found(view), IsEmpty());
}

TEST(JudgeCertificate, AHandshakeThatWasNotCompletedProvesNothingOfStaples) {
  ServedView view = public_view();
  view.staple_known = false;
  view.chain.served[0].transparency = false;
  const auto verdicts = judge_certificate(view, at(2026, 11, 25), TlsProfile::kModern, true);
  EXPECT_THAT(with_kind(verdicts, Kind::kUnproved),
              UnorderedElementsAre("must_staple", "staple", "revoked", "transparency"));
}

}  // namespace
}  // namespace lr::domain::tls
