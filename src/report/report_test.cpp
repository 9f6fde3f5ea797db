#include "report/report.h"

#include <gtest/gtest.h>

#include "report/testing/sample_report.h"
#include "report/wording.h"

namespace lr::report {
namespace {

CheckRow row(const char* id, Control control, Status status, std::uint32_t planned = 4,
             std::uint32_t proved = 4) {
  return {id, control, id, status, "", planned, proved, planned, std::chrono::milliseconds(1)};
}

Finding finding(const char* check, Control control, Severity severity, const char* route = "/a") {
  Finding out;
  out.check = check;
  out.control = control;
  out.severity = severity;
  out.title = check;
  out.location.method = "GET";
  out.location.route = route;
  return out;
}

const ControlRow& control_of(const Report& report, Control control) {
  return report.controls.at(static_cast<std::size_t>(control));
}

TEST(Controls, TwentyThreeWithDistinctIdsThatParseBack) {
  for (int i = 0; i < kControlCount; ++i) {
    const auto control = static_cast<Control>(i);
    EXPECT_EQ(parse_control(control_id(control)), control);
    EXPECT_FALSE(control_title(control).empty());
    EXPECT_FALSE(control_passes_when(control).empty());
  }
  EXPECT_EQ(parse_control("authn"), std::nullopt);
  EXPECT_EQ(parse_control(""), std::nullopt);
}

TEST(Conclude, EverythingProvedAndNothingFoundIsReady) {
  Report report;
  report.checks = {row("authn.missing", Control::kAuthn, Status::kPass)};
  conclude(report);
  EXPECT_EQ(report.verdict, Verdict::kReady);
  ASSERT_EQ(report.controls.size(), 23U);
  EXPECT_EQ(control_of(report, Control::kAuthn).status, Status::kPass);
  EXPECT_EQ(control_of(report, Control::kAuthn).cells_proved, 4U);
  EXPECT_EQ(control_of(report, Control::kMail).status, Status::kNotApplicable);
  EXPECT_EQ(control_of(report, Control::kMail).reason, "not part of this run");
  EXPECT_EQ(control_of(report, Control::kTools).reason, "no check in this version");
}

TEST(Conclude, TheNextStepHasTheWordsOfTheFixAndNotTheLeadToItsLines) {
  Report report;
  report.checks = {row("mx.literal", Control::kMail, Status::kFail)};
  report.findings = {finding("mx.literal", Control::kMail, Severity::kHigh)};
  report.findings[0].fix = "Give the server a name. Publish:\na.example. MX 10 mail.a.example.";
  conclude(report);
  EXPECT_EQ(next_step(report), "Fix MAIL first: Give the server a name.");
  report.findings[0].fix = "Publish:\na.example. MX 10 mail.a.example.";
  EXPECT_EQ(next_step(report), "Fix MAIL first: Publish:");
}

TEST(Conclude, NothingTestedIsNeverGreen) {
  Report empty;
  conclude(empty);
  EXPECT_EQ(empty.verdict, Verdict::kIncomplete);
  Report outside;
  outside.checks = {row("cors.x", Control::kCors, Status::kNotApplicable, 0, 0)};
  conclude(outside);
  EXPECT_EQ(outside.verdict, Verdict::kIncomplete);
  EXPECT_EQ(control_of(outside, Control::kCors).reason, "the contract declares none");
}

TEST(Conclude, OneUnprovedCellMakesTheRunIncomplete) {
  Report report;
  report.checks = {row("authn.missing", Control::kAuthn, Status::kPass, 4, 3)};
  conclude(report);
  EXPECT_EQ(report.verdict, Verdict::kIncomplete);
  EXPECT_EQ(report.checks[0].status, Status::kInconclusive);
  EXPECT_EQ(control_of(report, Control::kAuthn).reason,
            "authn.missing: 1 of 4 cells were not proved");
}

TEST(Conclude, AnInconclusiveLineContradictsAPass) {
  Report report;
  report.checks = {row("authn.missing", Control::kAuthn, Status::kPass)};
  report.inconclusive = {{"authn.missing", "target went away", {}}};
  conclude(report);
  EXPECT_EQ(report.verdict, Verdict::kIncomplete);
  EXPECT_EQ(control_of(report, Control::kAuthn).status, Status::kInconclusive);
}

TEST(Conclude, AnInconclusiveLineOfAnUnknownCheckStillCounts) {
  Report report;
  report.checks = {row("authn.missing", Control::kAuthn, Status::kPass)};
  report.inconclusive = {{"owner.read_foreign", "aborted", {}}};
  conclude(report);
  EXPECT_EQ(report.verdict, Verdict::kIncomplete);
}

TEST(Conclude, SeverityDecides) {
  const struct {
    Severity severity;
    Status control;
    Verdict verdict;
  } kCases[] = {{Severity::kInfo, Status::kPass, Verdict::kReady},
                {Severity::kLow, Status::kPass, Verdict::kReady},
                {Severity::kMedium, Status::kFail, Verdict::kReady},
                {Severity::kHigh, Status::kFail, Verdict::kNotReady},
                {Severity::kCritical, Status::kFail, Verdict::kNotReady}};
  for (const auto& expected : kCases) {
    Report report;
    report.checks = {row("authn.missing", Control::kAuthn, Status::kFail)};
    report.findings = {finding("authn.missing", Control::kAuthn, expected.severity)};
    conclude(report);
    EXPECT_EQ(control_of(report, Control::kAuthn).status, expected.control)
        << severity_name(expected.severity);
    EXPECT_EQ(report.verdict, expected.verdict) << severity_name(expected.severity);
  }
}

TEST(Conclude, ASeriousFindingOutweighsWhatIsInconclusive) {
  Report report;
  report.checks = {row("a.a", Control::kAuthn, Status::kInconclusive),
                   row("b.b", Control::kOwner, Status::kPass)};
  report.findings = {finding("b.b", Control::kOwner, Severity::kHigh)};
  conclude(report);
  EXPECT_EQ(report.verdict, Verdict::kNotReady);
  EXPECT_EQ(report.checks[1].status, Status::kFail) << "a finding contradicts the pass";
}

TEST(Conclude, AFailureWithoutAFindingIsNotReady) {
  Report report;
  report.checks = {row("a.a", Control::kAuthn, Status::kFail)};
  conclude(report);
  EXPECT_EQ(report.verdict, Verdict::kNotReady);
  EXPECT_EQ(control_of(report, Control::kAuthn).status, Status::kFail);
}

TEST(Wording, TheVerdictNamesWhatIsOpen) {
  Report report;
  report.checks = {row("a.a", Control::kSecrets, Status::kFail)};
  report.verdict = Verdict::kNotReady;
  EXPECT_EQ(verdict_sentence(report), "Do not launch yet: a check failed without saying where.");
  report.findings = {finding("a.a", Control::kSecrets, Severity::kMedium),
                     finding("a.a", Control::kSecrets, Severity::kLow)};
  EXPECT_EQ(verdict_sentence(report), "Do not launch yet: 1 medium and 1 low findings are open.");
  report.findings.pop_back();
  EXPECT_EQ(verdict_sentence(report), "Do not launch yet: 1 medium finding is open.");
  report.findings.push_back(finding("a.a", Control::kSecrets, Severity::kHigh));
  EXPECT_EQ(verdict_sentence(report), "Do not launch yet: 1 high finding is open.");
}

TEST(Conclude, FindingsAreSortedWorstFirstAndTheSameForEveryOrder) {
  Report one;
  one.findings = {finding("b", Control::kOwner, Severity::kLow, "/b"),
                  finding("a", Control::kAuthn, Severity::kCritical, "/z"),
                  finding("a", Control::kAuthn, Severity::kCritical, "/c"),
                  finding("c", Control::kCors, Severity::kHigh)};
  Report two = one;
  std::reverse(two.findings.begin(), two.findings.end());
  conclude(one);
  conclude(two);
  ASSERT_EQ(one.findings.size(), 4U);
  EXPECT_EQ(one.findings[0].location.route, "/c");
  EXPECT_EQ(one.findings[3].severity, Severity::kLow);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(one.findings[i].check, two.findings[i].check);
    EXPECT_EQ(one.findings[i].location.route, two.findings[i].location.route);
  }
}

TEST(Conclude, TwiceGivesTheSame) {
  Report report = testing::sample_report();
  const Verdict verdict = report.verdict;
  const auto controls = report.controls.size();
  conclude(report);
  EXPECT_EQ(report.verdict, verdict);
  EXPECT_EQ(report.controls.size(), controls);
}

TEST(TopRisks, OnePerCheckWorstFirstAndBounded) {
  const Report report = testing::sample_report();
  const std::vector<const Finding*> risks = top_risks(report);
  ASSERT_EQ(risks.size(), 10U);
  for (std::size_t i = 1; i < risks.size(); ++i) {
    EXPECT_GE(risks[i - 1]->severity, risks[i]->severity);
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(risks[j]->check, risks[i]->check);
  }
  EXPECT_EQ(top_risks(report, 3).size(), 3U);
  EXPECT_TRUE(top_risks(Report{}).empty());
}

TEST(ExitCode, FollowsTheVerdict) {
  EXPECT_EQ(exit_code(Verdict::kReady), 0);
  EXPECT_EQ(exit_code(Verdict::kNotReady), 1);
  EXPECT_EQ(exit_code(Verdict::kIncomplete), 3);
}

}  // namespace
}  // namespace lr::report
