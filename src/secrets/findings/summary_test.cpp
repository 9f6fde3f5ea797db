#include "secrets/findings/summary.h"

#include <gtest/gtest.h>

namespace lr::secrets {
namespace {

TEST(ScanSummary, NothingToReadIsNotClean) {
  ScanSummary summary;
  EXPECT_FALSE(is_complete(summary));
  summary.coverage.documents = 1;
  EXPECT_TRUE(is_complete(summary));
}

TEST(ScanSummary, AReportHasEveryPlaceThatItShows) {
  SecretFinding finding;
  finding.rule = "a-key";
  for (const char* path : {"a.js", "b/c.js", "https://acme.example/d.js"}) {
    finding.places.emplace_back().path = path;
  }
  finding.places_seen = finding.places.size();
  ScanSummary summary;
  summary.findings.push_back(std::move(finding));
  const ReportPart part = report_part(summary);
  ASSERT_EQ(part.findings.size(), 1u);
  EXPECT_EQ(part.findings[0].location.file, "a.js");
  ASSERT_EQ(part.findings[0].also.size(), 2u);
  EXPECT_EQ(part.findings[0].also[0].file, "b/c.js");
  EXPECT_EQ(part.findings[0].also[1].url, "https://acme.example/d.js");
}

TEST(ScanSummary, NothingChangedIsAnAnswer) {
  ScanSummary summary;
  summary.changes_only = true;
  EXPECT_TRUE(is_complete(summary));
  summary.coverage.skip("a.txt", "unreadable");
  EXPECT_FALSE(is_complete(summary));
}

}  // namespace
}  // namespace lr::secrets
