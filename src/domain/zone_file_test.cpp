#include "domain/zone_file.h"

#include <gtest/gtest.h>

#include "domain/rdata_text.h"

namespace lr::domain {
namespace {

constexpr std::string_view kZone = R"($TTL 1h
$ORIGIN example.com.
@   IN SOA ns1 hostmaster.example.com. ( 2026112501 ; serial
        2h 30m 2w 5m )
        NS   ns1
    300 NS   ns2.example.net.
ns1     A    192.0.2.53
www 60 IN CNAME @
@       A    192.0.2.1
        AAAA 2001:db8::1
        MX   10 mail
_dmarc  TXT  "v=DMARC1; p=reject; rua=mailto:d@example.com"
s1._domainkey TXT ( "v=DKIM1; k=rsa; "
                    "p=AAAA" ) ; two strings
*.wild  TXT  "any"
@       CAA  0 issue "ca.example"
_443._tcp TLSA 3 1 1 00ff00ff
odd     TYPE65280 \# 4 DEADBEEF
$ORIGIN sub
deep    TXT "a \"quoted\" \\ and \195\164"
)";

ZoneFile parsed(std::string_view text) {
  auto file = parse_zone_file(text, "zone", "example.com");
  EXPECT_TRUE(file) << file.error().detail();
  return file ? std::move(*file) : ZoneFile{};
}

std::string problem(std::string_view text) {
  const auto file = parse_zone_file(text, "zone", "example.com");
  return file ? "" : file.error().detail();
}

TEST(ZoneFile, ReadsOwnersTimesAndNames) {
  const ZoneFile file = parsed(kZone);
  ASSERT_EQ(file.records.size(), 15u);
  EXPECT_EQ(file.origin, "example.com");
  EXPECT_EQ(file.records[0].record.name, "example.com");
  EXPECT_EQ(file.records[0].line, 3u);
  EXPECT_EQ(std::get<StartOfAuthority>(file.records[0].record.data).retry, 1800u);
  EXPECT_EQ(file.records[2].record.ttl, 300u);
  EXPECT_EQ(std::get<HostName>(file.records[2].record.data).name, "ns2.example.net");
  EXPECT_EQ(file.records[4].record.ttl, 60u);
  EXPECT_EQ(file.records[14].record.name, "deep.sub.example.com");
  EXPECT_EQ(std::get<Text>(file.records[14].record.data).joined(), "a \"quoted\" \\ and \xc3\xa4");
  EXPECT_EQ(std::get<Opaque>(file.records[13].record.data).wire, "\xde\xad\xbe\xef");
}

TEST(ZoneFile, AnswersAsTheServersWould) {
  Zone zone = parsed(kZone).zone();
  EXPECT_EQ(zone.query("WWW.example.com", RecordType::kA).records.size(), 1u);
  EXPECT_EQ(zone.query("www.example.com.", RecordType::kAaaa).aliases.front(), "example.com");
  EXPECT_EQ(zone.query("a.b.wild.example.com", RecordType::kTxt).outcome, Outcome::kAnswer);
  EXPECT_EQ(zone.query("wild.example.com", RecordType::kTxt).outcome, Outcome::kNoData);
  EXPECT_EQ(zone.query("nothing.example.com", RecordType::kA).outcome, Outcome::kNxDomain);
  EXPECT_EQ(zone.query("s1._domainkey.example.com", RecordType::kTxt).all<Text>()[0].joined(),
            "v=DKIM1; k=rsa; p=AAAA");
}

TEST(ZoneFile, ALoopOfAliasesEnds) {
  Zone zone = parsed("a CNAME b\nb CNAME a\n").zone();
  EXPECT_TRUE(zone.query("a.example.com", RecordType::kA).failed());
}

TEST(ZoneFile, SaysWhereAndWhy) {
  EXPECT_EQ(problem("a A 192.0.2.1\nb A 2001:db8::1\n"),
            "zone:2: '2001:db8::1' is no IPv4 address");
  EXPECT_EQ(problem("\n\na TXT \"open\n"), "zone:3: a string has no closing '\"'");
  EXPECT_EQ(problem("a TXT ( \"x\"\n"), "zone:1: a parenthesis is not closed");
  EXPECT_EQ(problem("$INCLUDE other\n"),
            "zone:1: $INCLUDE is not supported here; write its records out");
  EXPECT_EQ(problem("a FOO bar\n"), "zone:1: 'FOO' is no type of record");
  EXPECT_EQ(problem("a MX ten mail\n"), "zone:1: 'ten' is no preference");
  EXPECT_EQ(problem("a A 192.0.2.1 192.0.2.2\n"), "zone:1: '192.0.2.2' is too much");
  EXPECT_EQ(problem("a CAA 0 \"\" u\n"), "zone:1: the tag is empty");
  EXPECT_EQ(problem("a..b A 192.0.2.1\n"), "zone:1: 'a..b' is no name");
  EXPECT_EQ(problem(" A 192.0.2.1\n"), "zone:1: there is no owner before this record");
}

TEST(ZoneFile, StringsThatAreTooLongMustBeCut) {
  EXPECT_NE(problem("a TXT \"" + std::string(256, 'x') + "\"\n"), "");
  const std::string text = rdata_text(Text{{std::string(300, 'x')}});
  EXPECT_EQ(text, "\"" + std::string(255, 'x') + "\" \"" + std::string(45, 'x') + "\"");
}

TEST(ZoneFile, AnEmptyTagOfAServerIsSeen) {
  EXPECT_EQ(rdata_text(CertificateAuthority{0, "", "u"}), "0 \"\" \"u\"");
}

TEST(ZoneFile, WhiteSpaceInANameStaysInIt) {
  for (const std::string rdata : {"NS \\ 2", "MX 5 a\\ b", "SOA \\009s c\\ d 1 2 3 4 5"}) {
    const ZoneFile file = parsed("@ " + rdata + "\n");
    ASSERT_EQ(file.records.size(), 1u) << rdata;
    const std::string text = rdata_text(file.records[0].record.data);
    const std::string type = rdata.substr(0, rdata.find(' '));
    const ZoneFile again = parsed("@ " + type + " " + text + "\n");
    ASSERT_EQ(again.records.size(), 1u) << text;
    EXPECT_EQ(rdata_text(again.records[0].record.data), text) << rdata;
  }
}

TEST(ZoneFile, WhatIsWrittenIsReadBackTheSame) {
  for (const ZoneFileRecord& entry : parsed(kZone).records) {
    const std::string text = rdata_text(entry.record.data);
    const std::string line = entry.record.name + ". " +
                             (entry.record.type == static_cast<RecordType>(65280)
                                  ? "TYPE65280"
                                  : std::string(record_type_name(entry.record.type))) +
                             " " + text + "\n";
    const ZoneFile again = parsed(line);
    ASSERT_EQ(again.records.size(), 1u) << line;
    EXPECT_EQ(rdata_text(again.records[0].record.data), text);
  }
}

TEST(ZoneFile, Times) {
  EXPECT_EQ(parse_zone_ttl("1w2d3h4m5s"), 604800u + 2 * 86400 + 3 * 3600 + 4 * 60 + 5);
  EXPECT_EQ(parse_zone_ttl("2147483648"), std::nullopt);
  EXPECT_EQ(parse_zone_ttl("1y"), std::nullopt);
  EXPECT_EQ(parse_zone_ttl("A"), std::nullopt);
}

}  // namespace
}  // namespace lr::domain
