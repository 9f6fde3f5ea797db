#include "secrets/byte_runs.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>

#include "base/rng.h"
#include "secrets/catalogue_impl.h"

namespace lr::secrets {
namespace {

std::optional<std::vector<ByteRun>> runs_of(std::string_view pattern) {
  const auto tree = parse_pattern(pattern);
  return tree ? byte_runs(*tree) : std::nullopt;
}

TEST(ByteRuns, AreOnlyTakenWhereThereIsNoChoice) {
  for (const char* pattern : {"[0-9a-f]{32}", "[a-c]{2,4}=?", "ab*c", "a{2}a", "a{2}a?",
                              "[ab]{3}[bc]{1,2}", "(?i)a+b", "[0-9]+", "a?b?c"}) {
    EXPECT_TRUE(runs_of(pattern)) << pattern;
  }
  for (const char* pattern :
       {"a?a", "[ab]{1,2}[bc]", "a*b?a", "(?:ab)+", "a|b", "\\ba", "^a", "[ab]+c?d*[b]"}) {
    EXPECT_FALSE(runs_of(pattern)) << pattern;
  }
}

/// How often texts match, each judged by RE2, too.
std::size_t expect_agreement(const std::string& pattern, std::string_view alphabet, Rng& rng) {
  const auto runs = runs_of(pattern);
  if (!runs) return 0;
  const RE2 judge(pattern, pattern_options());
  std::size_t matches = 0;
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (std::size_t size = rng.below(14); text.size() < size;) {
      text.append(1 + rng.below(3), alphabet[rng.below(alphabet.size())]);
    }
    const bool expected = RE2::FullMatch(text, judge);
    EXPECT_EQ(runs_match(*runs, text), expected) << pattern << " on " << text;
    matches += expected ? 1 : 0;
  }
  return matches;
}

TEST(ByteRuns, MatchWhatRe2Matches) {
  SeededRng rng(21);
  static constexpr std::string_view kSets[] = {"a",    "[ab]", "[^a]", "c",
                                               "[bc]", ".",    "\\n",  "(?i)b"};
  static constexpr std::string_view kCounts[] = {"",    "?",     "*",     "+",
                                                 "{2}", "{1,3}", "{0,2}", "{2,}"};
  std::size_t matches = 0;
  for (int round = 0; round < 1'500; ++round) {
    std::string pattern;
    for (std::size_t n = 1 + rng.below(4); n > 0; --n) {
      pattern += kSets[rng.below(std::size(kSets))];
      pattern += kCounts[rng.below(std::size(kCounts))];
    }
    matches += expect_agreement(pattern, "abcB\n", rng);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(matches, 5'000u);
}

/// The values that rules assign: texts of their bytes, of lengths around their bounds.
TEST(ByteRuns, MatchTheValuesOfTheBuiltInRules) {
  const auto catalogue = Catalogue::built_in();
  ASSERT_TRUE(catalogue.has_value());
  SeededRng rng(22);
  std::size_t taken = 0;
  std::size_t matches = 0;
  for (const Rule& rule : (*catalogue)->rules()) {
    const auto runs = rule.assigned.empty() ? std::nullopt : runs_of(rule.assigned);
    if (!runs) continue;
    ++taken;
    const RE2 judge(rule.assigned, pattern_options());
    for (int round = 0; round < 60; ++round) {
      std::string text;
      for (const ByteRun& run : *runs) {
        std::size_t size = run.min + rng.below(3) - (run.min > 0 ? rng.below(2) : 0);
        if (round % 7 == 0 && run.max != kUnbounded) size = run.max + rng.below(2);
        std::size_t c = rng.below(256);
        while (!run.set[c]) c = (c + 1) % 256;
        text.append(size, static_cast<char>(c));
      }
      const bool expected = RE2::FullMatch(text, judge);
      ASSERT_EQ(runs_match(*runs, text), expected) << rule.id;
      matches += expected ? 1 : 0;
    }
  }
  EXPECT_GT(taken, 100u);
  EXPECT_GT(matches, 3'000u);
}

}  // namespace
}  // namespace lr::secrets
