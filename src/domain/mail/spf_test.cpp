#include "domain/mail/spf.h"

#include <gtest/gtest.h>

#include "domain/mail/spf_macro.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

class Spf : public ::testing::Test {
 protected:
  void txt(const std::string& name, const std::string& text) {
    zone_.add({.name = name, .type = RecordType::kTxt, .ttl = 300, .data = Text{{text}}});
  }
  void address(const std::string& name, const std::string& ip) {
    const auto parsed = text::parse_ip(ip);
    ASSERT_TRUE(parsed);
    const auto type = parsed->is_v4() ? RecordType::kA : RecordType::kAaaa;
    zone_.add({.name = name, .type = type, .ttl = 300, .data = *parsed});
  }
  SpfAnswer ask(const std::string& ip, const std::string& mail_from = "a@example.com") {
    return check_host(zone_, {.client = *text::parse_ip(ip),
                              .helo = "mail.example.com",
                              .mail_from = mail_from,
                              .receiver = "mx.example.net"});
  }

  Zone zone_;
};

TEST_F(Spf, TheTermThatMatchedIsNamed) {
  txt("example.com", "v=spf1 ip4:192.0.2.0/24 -all");
  const SpfAnswer pass = ask("192.0.2.9");
  EXPECT_EQ(pass.result, SpfResult::kPass);
  EXPECT_EQ(pass.term, "ip4:192.0.2.0/24");
  EXPECT_EQ(pass.lookups, 0);
  EXPECT_EQ(ask("198.51.100.1").result, SpfResult::kFail);
}

TEST_F(Spf, AnIncludeThatFailsDoesNotMatch) {
  txt("example.com", "v=spf1 include:esp.example ~all");
  txt("esp.example", "v=spf1 ip4:203.0.113.0/24 -all");
  EXPECT_EQ(ask("203.0.113.5").result, SpfResult::kPass);
  const SpfAnswer other = ask("192.0.2.1");
  EXPECT_EQ(other.result, SpfResult::kSoftFail);
  ASSERT_EQ(other.steps.size(), 2u);
  EXPECT_EQ(other.steps[1].depth, 1);
  EXPECT_EQ(other.steps[1].domain, "esp.example");
  EXPECT_EQ(other.steps[1].result, SpfResult::kFail);
}

TEST_F(Spf, NoAnswerIsNeverNoRecord) {
  zone_.set_unreachable("example.com");
  const SpfAnswer answer = ask("192.0.2.1");
  EXPECT_EQ(answer.result, SpfResult::kTempError);
  EXPECT_EQ(answer.why, "example.com TXT: timeout");
  EXPECT_EQ(ask("192.0.2.1", "a@other.example").result, SpfResult::kNone);
}

TEST_F(Spf, TheEleventhLookupIsOneTooMany) {
  std::string record = "v=spf1";
  for (int i = 0; i < 10; ++i) record += " a:h.example.net";
  address("h.example.net", "203.0.113.1");
  txt("example.com", record + " -all");
  EXPECT_EQ(ask("192.0.2.1").result, SpfResult::kFail);
  txt("more.example", record + " a:h.example.net -all");
  const SpfAnswer over = ask("192.0.2.1", "a@more.example");
  EXPECT_EQ(over.result, SpfResult::kPermError);
  EXPECT_EQ(over.why, "'a' would be lookup 11 of at most 10");
}

TEST_F(Spf, TheThirdVoidLookupIsOneTooMany) {
  txt("example.com", "v=spf1 a:x.example a:y.example ~all");
  txt("more.example", "v=spf1 a:x.example a:y.example a:z.example ~all");
  EXPECT_EQ(ask("192.0.2.1").result, SpfResult::kSoftFail);
  EXPECT_EQ(ask("192.0.2.1", "a@more.example").result, SpfResult::kPermError);
}

/// The macro p looks names up, too.
TEST_F(Spf, TheThirdVoidLookupOfAMacroIsOneTooMany) {
  for (const char* name : {"unknown.x.example", "unknown.y.example", "unknown.z.example"}) {
    address(name, "192.0.2.9");
  }
  txt("example.com", "v=spf1 a:%{p}.x.example a:%{p}.y.example ~all");
  txt("more.example", "v=spf1 a:%{p}.x.example a:%{p}.y.example a:%{p}.z.example ~all");
  EXPECT_EQ(ask("192.0.2.1").result, SpfResult::kSoftFail);
  EXPECT_EQ(ask("192.0.2.1", "a@more.example").result, SpfResult::kPermError);
}

TEST_F(Spf, AnEmptySenderIsThePostmasterOfTheHelo) {
  txt("mail.example.com", "v=spf1 exists:%{l}.%{o}.check.example -all");
  address("postmaster.mail.example.com.check.example", "127.0.0.2");
  EXPECT_EQ(ask("192.0.2.1", "").result, SpfResult::kPass);
}

TEST_F(Spf, TheExplanationIsExpanded) {
  txt("example.com", "v=spf1 exp=why.%{d} -all");
  txt("why.example.com", "%{c} may not send for %{o}; ask %{R}");
  EXPECT_EQ(ask("2001:db8::1").explanation,
            "2001:db8::1 may not send for example.com; ask mx.example.net");
}

TEST_F(Spf, ALoopOfRedirectsEnds) {
  txt("example.com", "v=spf1 redirect=example.com");
  EXPECT_EQ(ask("192.0.2.1").result, SpfResult::kPermError);
}

TEST(SpfMacro, TheExamplesOfTheRfc) {
  // RFC 7208 section 7.4.
  SpfMacroValues values{.client = *text::parse_ip("192.0.2.3"),
                        .helo = "mx.example.org",
                        .sender = "strong-bad@email.example.com",
                        .receiver = "r"};
  const auto expand = [&](std::string_view text) {
    const auto parts = parse_spf_macros(text, SpfMacroUse::kText);
    return parts ? expand_spf_macros(*parts, values, "email.example.com") : "error";
  };
  EXPECT_EQ(expand("%{s}"), "strong-bad@email.example.com");
  EXPECT_EQ(expand("%{o}"), "email.example.com");
  EXPECT_EQ(expand("%{d4}"), "email.example.com");
  EXPECT_EQ(expand("%{d2}"), "example.com");
  EXPECT_EQ(expand("%{d1}"), "com");
  EXPECT_EQ(expand("%{dr}"), "com.example.email");
  EXPECT_EQ(expand("%{d2r}"), "example.email");
  EXPECT_EQ(expand("%{l-}"), "strong.bad");
  EXPECT_EQ(expand("%{lr}"), "strong-bad");
  EXPECT_EQ(expand("%{lr-}"), "bad.strong");
  EXPECT_EQ(expand("%{l1r-}"), "strong");
  EXPECT_EQ(expand("%{ir}.%{v}._spf.%{d2}"), "3.2.0.192.in-addr._spf.example.com");
  EXPECT_EQ(expand("%{lr-}.lp._spf.%{d2}"), "bad.strong.lp._spf.example.com");
}

TEST(SpfMacro, LongNamesLoseLabelsOnTheLeft) {
  const std::string label(60, 'a');
  const std::string name = label + "." + label + "." + label + "." + label + ".example.com";
  EXPECT_EQ(fit_domain(name), name.substr(61));
  EXPECT_EQ(fit_domain("example.com."), "example.com");
}

}  // namespace
}  // namespace lr::domain
