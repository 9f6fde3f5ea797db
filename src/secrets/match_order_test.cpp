#include "secrets/match_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/rng.h"

namespace lr::secrets {
namespace {

auto key(const Match& match) { return std::tuple(match.all.begin, match.rule, match.secret.begin); }

std::vector<Match> made(SeededRng& rng, std::size_t count, std::size_t spread) {
  std::vector<Match> matches(count);
  for (std::size_t i = 0; i < count; ++i) {
    matches[i].rule = static_cast<std::uint32_t>(rng.below(3));
    matches[i].all.begin = i + rng.below(spread);
    matches[i].secret.begin = rng.below(count * 2 + 1);
  }
  return matches;
}

TEST(MatchOrder, SortsByPlaceRuleAndSecret) {
  SeededRng rng(7);
  for (std::size_t spread : {1u, 2u, 10u, 100u, 10'000u}) {
    for (std::size_t count : {0u, 1u, 2u, 30u, 1000u}) {
      std::vector<Match> matches = made(rng, count, spread);
      std::vector<Match> expected = matches;
      std::ranges::sort(expected, {}, key);
      put_in_order(matches);
      ASSERT_EQ(matches.size(), count);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(key(matches[i]), key(expected[i])) << i << " of " << count << ", " << spread;
      }
    }
  }
}

TEST(MatchOrder, OneThatIsFarBackLeavesTheOthersInOrder) {
  std::vector<Match> matches(100);
  for (std::size_t i = 0; i < matches.size(); ++i) matches[i].all.begin = i + 1;
  matches.front().all.begin = 1000;
  matches.back().all.begin = 0;
  put_in_order(matches);
  EXPECT_EQ(matches.front().all.begin, 0u);
  EXPECT_EQ(matches.back().all.begin, 1000u);
  EXPECT_TRUE(std::ranges::is_sorted(matches, {}, key));
}

}  // namespace
}  // namespace lr::secrets
