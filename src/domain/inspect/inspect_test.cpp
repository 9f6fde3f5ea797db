#include "domain/inspect/inspect.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "domain/inspection.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

constexpr CheckDef kThree[] = {
    {.id = "sample.found", .title = "found", .why = "why", .fix = "fix", .reference = "RFC 1"},
    {.id = "sample.unproved",
     .title = "unproved",
     .why = "why",
     .fix = "fix",
     .reference = "RFC 1"},
    {.id = "sample.silent", .title = "silent", .why = "why", .fix = "fix", .reference = "RFC 1"}};

void say_two_of_three(Inspection& inspection) {
  inspection.proved("found", "a.example");
  inspection.found("found",
                   {.about = "b.example",
                    .record = QuotedRecord{"b.example", RecordType::kTxt, "v=spf1 ?all", 7, 11},
                    .corrected = "b.example. TXT \"v=spf1 -all\""});
  inspection.unproved("unproved", "a.example", "timeout");
}
constexpr Area kSample{"sample", kThree, say_two_of_three};

report::Report inspected(std::span<const Area* const> areas, const InspectOptions& options) {
  Zone zone;
  const Subject subject{.domain = "a.example"};
  const Network network{.resolver = zone, .live = false};
  report::Report out;
  inspect(areas, subject, network, options, out);
  return out;
}

TEST(Inspect, EveryCheckHasARowAndSilenceIsNeverGreen) {
  const Area* const areas[] = {&kSample};
  const report::Report report = inspected(areas, {});
  ASSERT_EQ(report.checks.size(), 3U);
  EXPECT_EQ(report.checks[0].status, report::Status::kFail);
  EXPECT_EQ(report.checks[0].cells_proved, 2U);
  EXPECT_EQ(report.checks[1].status, report::Status::kInconclusive);
  EXPECT_EQ(report.checks[1].reason, "timeout");
  EXPECT_EQ(report.checks[2].status, report::Status::kInconclusive);
}

constexpr CheckDef kWithoutJudge[] = {
    {.id = "fixed.remove", .title = "t", .why = "w", .fix = "f", .instead = kTakeOut},
    {.id = "fixed.fill", .title = "t", .why = "w", .fix = "f", .instead = "{name}. A <{record}!>"}};

void find_both(Inspection& inspection) {
  const QuotedRecord record{"a.example", RecordType::kTxt, "old", 0, 0};
  inspection.found("remove", {.about = "a.example", .record = record});
  inspection.found("fill", {.about = "a.example", .record = record});
}
constexpr Area kFixed{"fixed", kWithoutJudge, find_both};

TEST(Inspect, ARecordThatNobodyCanWriteIsToBeFilledInOrTakenOut) {
  const Area* const areas[] = {&kFixed};
  const report::Report report = inspected(areas, {});
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[0].fix, "f Take out:\na.example. TXT \"old\"");
  EXPECT_EQ(report.findings[1].fix, "f Publish:\na.example. A <old!>");
}

TEST(Inspect, TheLinesOfEveryCheckCanBeFilledIn) {
  std::size_t lines = 0;
  for (const Area* area : all_areas()) {
    for (const CheckDef& check : area->checks) {
      if (check.instead.empty() || check.instead == kTakeOut) continue;
      ++lines;
      EXPECT_NO_THROW({
        const std::string line = fmt::format(fmt::runtime(check.instead), fmt::arg("name", "n"),
                                             fmt::arg("record", "r"));
        EXPECT_EQ(line.find_first_of("{}"), std::string::npos) << line;
      }) << check.id;
    }
  }
  EXPECT_GT(lines, 20U);
}

TEST(Inspect, AFindingQuotesTheWrongBytesAndTheCorrectedRecord) {
  const Area* const areas[] = {&kSample};
  const report::Report report = inspected(areas, {});
  ASSERT_EQ(report.findings.size(), 1U);
  const report::Finding& finding = report.findings[0];
  ASSERT_EQ(finding.evidence.size(), 1U);
  EXPECT_EQ(finding.evidence[0].response,
            "b.example TXT \"v=spf1 ?all\"\n                      ^^^^");
  EXPECT_THAT(finding.fix, ::testing::EndsWith(" Publish:\nb.example. TXT \"v=spf1 -all\""));
  EXPECT_EQ(finding.reproduce, "dig +short b.example TXT");
}

TEST(Inspect, AFindingInAZoneFileHasItsLine) {
  Zone zone;
  Subject subject{.domain = "a.example", .file = "a.zone"};
  subject.record_lines[{"b.example", RecordType::kTxt}] = 17;
  const Network network{.resolver = zone, .live = false};
  report::Report report;
  const Area* const areas[] = {&kSample};
  inspect(areas, subject, network, {}, report);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].location.file, "a.zone");
  EXPECT_EQ(report.findings[0].location.at.line, 17U);
}

TEST(Inspect, OnlyChoosesByAreaCheckOrControl) {
  const Area* const areas[] = {&kSample};
  EXPECT_EQ(inspected(areas, {.only = {"sample"}}).checks.size(), 3U);
  EXPECT_EQ(inspected(areas, {.only = {"sample.silent"}}).checks.size(), 1U);
  EXPECT_EQ(inspected(areas, {.only = {"DNS"}}).checks.size(), 3U);
  EXPECT_TRUE(inspected(areas, {.only = {"MAIL"}}).checks.empty());
}

TEST(Areas, AreTextsThatAReaderUnderstands) {
  std::set<std::string_view> ids;
  for (const Area* area : all_areas()) {
    ASSERT_FALSE(area->checks.empty()) << area->name;
    for (const CheckDef& check : area->checks) {
      EXPECT_TRUE(check.id.starts_with(std::string(area->name) + ".")) << check.id;
      EXPECT_TRUE(ids.insert(check.id).second) << check.id;
      for (const std::string_view text : {check.title, check.why, check.fix, check.reference}) {
        EXPECT_GE(text.size(), 7U) << check.id;
      }
      EXPECT_TRUE(check.why.ends_with('.') && check.fix.ends_with('.')) << check.id;
    }
  }
}

}  // namespace
}  // namespace lr::domain
