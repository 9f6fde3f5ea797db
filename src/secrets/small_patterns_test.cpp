#include "secrets/small_patterns.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>
#include <vector>

#include "base/rng.h"
#include "secrets/catalogue_impl.h"

namespace lr::secrets {
namespace {

bool is_taken(std::string_view pattern) { return SmallPatterns().take(pattern); }

TEST(SmallPatterns, TakesWhatItCanTellExactly) {
  for (std::string_view pattern :
       {"^abc", "[,&]$", "^[0-9]{1,9}$", "(?i)^(?:sha|md5)[0-9a-z_]{0,16}$", "^/|^\\./|[,&]$",
        "=[^=].*=$", "^[a-z]+(?:[A-Z][a-z]+){2,}$", "\\Aa\\z", "a"}) {
    EXPECT_TRUE(is_taken(pattern)) << pattern;
  }
  for (std::string_view pattern : {"x*", "^", "$", "a\\b", "(?m)^a", "(?im:^a)", "a^b", "[a-z]{65}",
                                   "\\pN", "\xe9", "\\xe9", "(?i)\\Qk\\E", "ab|"}) {
    EXPECT_FALSE(is_taken(pattern)) << pattern;
  }
}

TEST(SmallPatterns, ANotTakenPatternLeavesNothingBehind) {
  SmallPatterns patterns;
  EXPECT_FALSE(patterns.take("abc|x*"));
  EXPECT_FALSE(patterns.found_in("abc"));
}

TEST(SmallPatterns, TakeNoMoreThanRe2WouldTellSooner) {
  SmallPatterns patterns;
  int taken = 0;
  while (taken < 100 && patterns.take("^[a-z]{60}$")) ++taken;
  EXPECT_EQ(taken, 6);
}

/// A text that a pattern made of these bytes may well match.
std::string made(SeededRng& rng) {
  static constexpr std::string_view kPieces[] = {"a",  "b",   "A",   "0",    "-",   "=",
                                                 ".",  "/",   "aaa", "1234", "\n",  "aB",
                                                 "ab", "sha", "Key", "Key",  "md5", " "};
  std::string text;
  for (std::size_t n = rng.below(8); n > 0; --n) text += kPieces[rng.below(std::size(kPieces))];
  return text;
}

TEST(SmallPatterns, SayWhatRe2Says) {
  static constexpr std::string_view kPatterns[] = {
      "^[A-Za-z]+(?:[._/\\-][A-Za-z]+)+\\d{0,2}$",
      "^[0-9a-f]{4}-(?:[0-9a-f]{1,2}-){2}a$",
      "^[a-z]{0,12}(?:[A-Z]{1,3}[a-z]{2,}|V\\d{1,2}(?:alpha|beta)?\\d{0,2}){2,}$",
      "^.{0,4}=$|[^0-9A-Za-z+/=].*=$|=[^=].*=$",
      "(?i)^(?:sha|md5)[0-9a-z_]{0,3}$",
      "^/|^\\.{0,2}/|[.a](?:pem|key)$",
      "(?i)(?:sha|Key)$",
      "^[^a]+$",
      "(?s)^a.b",
      "^a.b",
      "a{2,3}b",
      "(?:ab){2,}",
      "^(?:a|ab)(?:c|bcd|-)?0$"};
  SeededRng rng(3);
  int found = 0;
  for (int round = 0; round < 300; ++round) {
    SmallPatterns patterns;
    std::vector<std::string> taken;
    for (std::size_t n = 1 + rng.below(4); n > 0; --n) {
      taken.emplace_back(kPatterns[rng.below(std::size(kPatterns))]);
      ASSERT_TRUE(patterns.take(taken.back())) << taken.back();
    }
    for (int text_round = 0; text_round < 100; ++text_round) {
      const std::string text = made(rng);
      const bool expected = std::ranges::any_of(taken, [&](const std::string& pattern) {
        return RE2::PartialMatch(text, RE2(pattern, pattern_options()));
      });
      ASSERT_EQ(patterns.found_in(text), expected) << text << " for " << taken.front();
      found += expected ? 1 : 0;
    }
  }
  EXPECT_GT(found, 3'000);
  EXPECT_LT(found, 27'000);
}

}  // namespace
}  // namespace lr::secrets
