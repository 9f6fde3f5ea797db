#include "secrets/reported.h"

#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"

namespace lr::secrets {
namespace {

/// As it is said in the header.
bool expected(std::string_view text, const std::vector<Range>& all, std::string_view secret,
              Range within) {
  for (const Range& range : all) {
    if (text.substr(range.begin, range.end - range.begin) != secret) continue;
    if (range.begin < within.end && range.end > within.begin) return true;
  }
  return false;
}

TEST(Reported, SaysWhatWasReportedWhere) {
  SeededRng rng(5);
  int yes = 0;
  for (int round = 0; round < 200; ++round) {
    std::string text;
    while (text.size() < 300) text += static_cast<char>('a' + rng.below(3));
    Reported reported(text);
    std::vector<Range> all;
    std::size_t at = 0;
    for (std::size_t n = rng.below(60); n > 0; --n) {
      // Not all in order, and some over others.
      at = rng.below(10) == 0 ? rng.below(290) : std::min<std::size_t>(at + rng.below(9), 290);
      all.push_back({at, at + 1 + rng.below(4)});
      reported.add(all.back());
    }
    for (int ask = 0; ask < 100; ++ask) {
      const std::size_t begin = rng.below(290);
      const Range within{begin, std::min<std::size_t>(300, begin + 1 + rng.below(80))};
      const std::string_view secret =
          std::string_view(text).substr(rng.below(290), 1 + rng.below(4));
      const bool right = expected(text, all, secret, within);
      if (reported.holds_next(secret, within)) ASSERT_TRUE(right) << secret << " at " << begin;
      ASSERT_EQ(reported.holds(secret, within), right) << secret << " at " << begin;
      yes += right ? 1 : 0;
    }
  }
  EXPECT_GT(yes, 1'000);
  EXPECT_LT(yes, 18'000);
}

TEST(Reported, KnowsThoseThatWereAddedLater) {
  Reported reported("one two one");
  reported.add({0, 3});
  EXPECT_FALSE(reported.holds("two", {0, 11}));
  EXPECT_FALSE(reported.holds("one", {4, 11}));
  reported.add({4, 7});
  reported.add({8, 11});
  EXPECT_TRUE(reported.holds("two", {0, 11}));
  EXPECT_TRUE(reported.holds("one", {4, 11}));
}

}  // namespace
}  // namespace lr::secrets
