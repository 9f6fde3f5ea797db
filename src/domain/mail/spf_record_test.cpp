#include "domain/mail/spf_record.h"

#include <gtest/gtest.h>

namespace lr::domain {
namespace {

std::string problem(std::string_view record) {
  const auto parsed = parse_spf(record);
  return parsed ? "" : parsed.error().detail();
}

TEST(SpfRecord, TheVersionMustStandAlone) {
  EXPECT_TRUE(is_spf_record("v=spf1"));
  EXPECT_TRUE(is_spf_record("V=SPF1 -all"));
  EXPECT_FALSE(is_spf_record("v=spf10 -all"));
  EXPECT_FALSE(is_spf_record("v=spf"));
  EXPECT_FALSE(is_spf_record(" v=spf1"));
}

TEST(SpfRecord, KeepsThePlaceOfEveryTerm) {
  const std::string text = "v=spf1  ip4:192.0.2.0/24 ~all";
  const auto record = parse_spf(text);
  ASSERT_TRUE(record);
  ASSERT_EQ(record->directives.size(), 2u);
  const SpfDirective& network = record->directives[0];
  EXPECT_EQ(text.substr(network.begin, network.end - network.begin), "ip4:192.0.2.0/24");
  EXPECT_EQ(network.network.bits, 120);
  EXPECT_EQ(record->directives[1].qualifier, SpfQualifier::kSoftFail);
}

TEST(SpfRecord, BothPrefixLengthsOfAddresses) {
  const auto record = parse_spf("v=spf1 a:mail.example.com/24//64 mx//48 a/16");
  ASSERT_TRUE(record) << record.error().detail();
  EXPECT_EQ(record->directives[0].ip4_bits, 24);
  EXPECT_EQ(record->directives[0].ip6_bits, 64);
  EXPECT_EQ(record->directives[0].domain.front().literal, "mail.example.com");
  EXPECT_EQ(record->directives[1].ip4_bits, 32);
  EXPECT_EQ(record->directives[1].ip6_bits, 48);
  EXPECT_TRUE(record->directives[1].domain.empty());
  EXPECT_EQ(record->directives[2].ip4_bits, 16);
}

TEST(SpfRecord, NamesTheTermThatIsWrong) {
  EXPECT_EQ(problem("v=spf1 ip4:192.0.2.1 include -all"), "column 22: 'include': needs a domain");
  EXPECT_EQ(problem("v=spf1 ipv4:192.0.2.1"), "column 8: 'ipv4:192.0.2.1': is no mechanism of SPF");
  EXPECT_EQ(problem("v=spf1 ip4:192.0.2.256"),
            "column 8: 'ip4:192.0.2.256': is not an IPv4 address");
  EXPECT_EQ(problem("v=spf1 redirect=a.example redirect=b.example"),
            "column 27: 'redirect=b.example': may stand only once");
}

TEST(SpfRecord, RefusesWhatTheGrammarDoesNotHave) {
  for (const char* record :
       {"v=spf1 all:example.com", "v=spf1 a:", "v=spf1 a:museum", "v=spf1 a:123", "v=spf1 a/033",
        "v=spf1 a/33", "v=spf1 a//129", "v=spf1 ip4:::1", "v=spf1 ip6:192.0.2.1",
        "v=spf1 ip4:192.0.2.1/", "v=spf1 exists:%{x}.example.com", "v=spf1 exists:%{d0}.example",
        "v=spf1 exists:%{d.example.com", "v=spf1 exists:%{t}.example.com", "v=spf1 exists:100%",
        "v=spf1 exp=", "v=spf1 a:ex\xc3\xa4mple.com", "v=spf1 -all\tmx"}) {
    EXPECT_NE(problem(record), "") << record;
  }
}

TEST(SpfRecord, UnknownModifiersAreIgnoredWhenTheirMacrosAreRight) {
  EXPECT_EQ(problem("v=spf1 moo.cow-far_out=man:dog/cat -all"), "");
  EXPECT_NE(problem("v=spf1 moo=%abc -all"), "");
}

TEST(SpfRecord, ReadsAWholeMacro) {
  const auto parts = parse_spf_macros("%{L3r+-}.%%%_example.com", SpfMacroUse::kDomain);
  ASSERT_TRUE(parts) << parts.error().detail();
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].letter, 'l');
  EXPECT_TRUE((*parts)[0].url_escape);
  EXPECT_EQ((*parts)[0].keep, 3u);
  EXPECT_TRUE((*parts)[0].reverse);
  EXPECT_EQ((*parts)[0].delimiters, "+-");
  EXPECT_EQ((*parts)[1].literal, ".% example.com");
}

}  // namespace
}  // namespace lr::domain
