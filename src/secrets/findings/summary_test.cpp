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

TEST(ScanSummary, NothingChangedIsAnAnswer) {
  ScanSummary summary;
  summary.changes_only = true;
  EXPECT_TRUE(is_complete(summary));
  summary.coverage.skip("a.txt", "unreadable");
  EXPECT_FALSE(is_complete(summary));
}

}  // namespace
}  // namespace lr::secrets
