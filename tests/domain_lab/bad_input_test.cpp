// Servers that are broken or hostile cost bounded time, and nothing is said to be missing because
// of them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "domain/idn.h"
#include "domain/testing/scripted_dns.h"
#include "faults.h"
#include "lab_world.h"

namespace lr::domain::lab {
namespace {

using namespace std::chrono_literals;
using report::Severity;

// QR and AA; QR, AA and TC; QR with RCODE 5.
constexpr std::string_view kAnswer{"\x84\x00", 2};
constexpr std::string_view kTruncated{"\x86\x00", 2};
constexpr std::string_view kRefused{"\x80\x05", 2};
constexpr auto kPatience = 400ms;  // For a question.
constexpr auto kBound = 60s;       // For a whole inspection, under the sanitizers.

/// Judges `zone`, whose only server does what `script` says.
struct Judged {
  report::Report report{};
  std::chrono::steady_clock::duration took{};
  std::size_t findings(Severity least) const {
    std::size_t count = 0;
    for (const auto& one : report.findings) count += one.severity >= least ? 1U : 0U;
    return count;
  }
};

Judged judge(const std::string& zone, const std::string& address, ScriptedDns::Script script) {
  const LabWorld& world = LabWorld::instance();
  auto server = ScriptedDns::start(address, world.dns().port(), std::move(script));
  EXPECT_TRUE(server) << server.error().detail();
  ResolverSettings settings = world.dns().resolver_settings();
  settings.stubs.push_back({zone, fmt::format("{}@{}", address, world.dns().port())});
  settings.patience = kPatience;
  auto resolver = ValidatingResolver::make(settings);
  EXPECT_TRUE(resolver) << resolver.error().detail();
  Subject subject = product_domain("x").subject;
  subject.domain = subject.mail.domain = zone;
  subject.web_hosts = {zone, "www." + zone};
  Judged out;
  const auto begun = std::chrono::steady_clock::now();
  out.report = world.inspected(subject, **resolver);
  out.took = std::chrono::steady_clock::now() - begun;
  return out;
}

void expect_unproved_and_no_alarm(const Judged& judged) {
  EXPECT_LT(judged.took, kBound);
  EXPECT_FALSE(judged.report.inconclusive.empty());
  for (const report::Finding& finding : judged.report.findings) {
    if (finding.severity < Severity::kMedium) continue;
    // That its servers do not work is what may be said.
    if (finding.check.starts_with("delegation.")) continue;
    ADD_FAILURE() << finding.check << " " << finding.location.url << ": " << finding.title;
  }
}

TEST(BadInput, SilenceIsNothingMissing) {
  expect_unproved_and_no_alarm(
      judge("bad-mute.lab", "127.7.53.1", [](const ScriptedQuestion&) { return std::string(); }));
}

TEST(BadInput, GarbageIsNothingMissing) {
  expect_unproved_and_no_alarm(
      judge("bad-garbage.lab", "127.7.53.2", [](const ScriptedQuestion& question) {
        // The right id, and then lengths and pointers that lead nowhere.
        return question.id + "\x84" + std::string(3, '\0') + std::string(200, '\xc0');
      }));
}

TEST(BadInput, RefusalIsNothingMissing) {
  expect_unproved_and_no_alarm(judge(
      "bad-refusing.lab", "127.7.53.3",
      [](const ScriptedQuestion& question) { return scripted_answer(question, kRefused, {}); }));
}

TEST(BadInput, TruncationWithoutTcpIsNothingMissing) {
  expect_unproved_and_no_alarm(
      judge("bad-cut.lab", "127.7.53.4", [](const ScriptedQuestion& question) {
        return question.tcp ? std::string() : scripted_answer(question, kTruncated, {});
      }));
}

/// Records of 64 KB come over TCP whole, and are judged in bounded time.
TEST(BadInput, TextsOf64KilobytesAreReadAndJudged) {
  constexpr std::size_t kStrings = 250;  // Of 256 bytes each on the wire.
  for (const std::string start : {"v=spf1 ", "v=DMARC1; p=", "v=DKIM1; p="}) {
    const Judged judged =
        judge("bad-huge.lab", "127.7.53.5", [&](const ScriptedQuestion& question) {
          if (question.type != 16) return scripted_answer(question, kAnswer, {});
          if (!question.tcp) return scripted_answer(question, kTruncated, {});
          std::string text = "\xff" + start + std::string(255 - start.size(), 'a');
          for (std::size_t i = 1; i < kStrings; ++i) text += "\xff" + std::string(255, 'a');
          return scripted_answer(question, kAnswer, {scripted_record(question.name, 16, 60, text)});
        });
    EXPECT_LT(judged.took, kBound);
    // One of them is the record that was asked for, and it is not right.
    EXPECT_GT(judged.findings(Severity::kMedium), 0U) << start;
    for (const report::Finding& finding : judged.report.findings) {
      for (const report::Evidence& evidence : finding.evidence) {
        EXPECT_LT(evidence.response.size(), 200'000U) << finding.check;
      }
    }
  }
}

TEST(BadInput, AliasesThatLeadInACircleEnd) {
  const Judged judged = judge("bad-circle.lab", "127.7.53.6", [](const ScriptedQuestion& question) {
    const bool first = question.name.starts_with("www.");
    return scripted_answer(
        question, kAnswer,
        {scripted_record(question.name, 5, 60,
                         wire_name(first ? "bad-circle.lab" : "www.bad-circle.lab"))});
  });
  EXPECT_LT(judged.took, kBound);
  for (const report::Finding& finding : judged.report.findings) {
    EXPECT_FALSE(finding.check.starts_with("takeover.")) << finding.check << finding.title;
  }
}

TEST(BadInput, ServersThatStallTalkNonsenseOrShowTenThousandNamesCostBoundedTime) {
  const LabWorld& world = LabWorld::instance();
  for (const LabDomain& hostile : hostile_domains()) {
    const auto begun = std::chrono::steady_clock::now();
    const report::Report report = world.inspected(world.domain(hostile.name), Scope::kWeb);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, kBound) << hostile.name;
    EXPECT_FALSE(report.checks.empty());
    if (hostile.name == "many-names.lab") continue;
    // Nobody saw a handshake, so nothing of it is proved.
    for (const report::CheckRow& row : report.checks) {
      if (row.id != "tls.tls10" && row.id != "certificate.expired") continue;
      EXPECT_EQ(row.status, report::Status::kInconclusive) << hostile.name << " " << row.id;
    }
  }
}

TEST(BadInput, NamesThatCannotExistAreRefused) {
  for (const std::string& name :
       {std::string(255, 'a') + ".lab", std::string(64, 'a') + ".lab", std::string("a..lab"), [] {
          std::string out;
          for (int i = 0; i < 130; ++i) out += "a.";
          return out + "lab";
        }()}) {
    EXPECT_FALSE(to_ascii_name(name)) << name.size();
  }
}

}  // namespace
}  // namespace lr::domain::lab
