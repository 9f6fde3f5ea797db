#include "secrets/sieve.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>
#include <vector>

#include "base/rng.h"
#include "secrets/catalogue_impl.h"

namespace lr::secrets {
namespace {

TEST(Sieve, LetsThroughWhatMayMatch) {
  const Sieve sieve({"(?i)public_?key|csrf", "\\.(?:pem|key)$", "\"[a-z]+\":"});
  EXPECT_TRUE(sieve.may_match("thePublicKey"));
  EXPECT_TRUE(sieve.may_match("a.pem"));
  EXPECT_TRUE(sieve.may_match("\"a\":"));
  EXPECT_FALSE(sieve.may_match("api_key = abcdefgh"));
  EXPECT_FALSE(sieve.may_match(""));
  EXPECT_TRUE(Sieve({"[0-9]+"}).may_match("anything"));
}

bool any_matches(const std::vector<std::string>& patterns, const std::string& text) {
  for (const std::string& pattern : patterns) {
    if (RE2::PartialMatch(text, RE2(pattern, pattern_options()))) return true;
  }
  return false;
}

/// What the patterns of an allowlist say together is what each says alone.
TEST(Sieve, AnyPatternSaysWhatEachPatternSays) {
  static constexpr std::string_view kPatterns[] = {
      "^[0-9.]+$",       "(?i)^(?:sha1|md5)", "(?m)^ab", "abc",     "(?i)Key_?id",
      "\\.(?:pem|key)$", "\"[a-b]+\":\"",     "a|b\\.",  "[ab]{3}", "(?:csrf|xsrf|nonce)",
      "@a|@b",           "\\Aab|^\\.",        "x*"};
  static constexpr std::string_view kPieces[] = {"a",     "b",    "abc", "KEY", "_", "id",
                                                 ".",     "pem",  "\"",  ":",   "@", "Nonce",
                                                 "nonce", "sha1", "\n",  "7",   " "};
  SeededRng rng(41);
  int found = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<std::string> patterns;
    for (std::size_t n = 1 + rng.below(4); n > 0; --n) {
      patterns.emplace_back(kPatterns[rng.below(std::size(kPatterns))]);
    }
    const AnyPattern any(patterns);
    for (int text_round = 0; text_round < 40; ++text_round) {
      std::string text;
      for (std::size_t n = rng.below(7); n > 0; --n) text += kPieces[rng.below(std::size(kPieces))];
      const bool expected = any_matches(patterns, text);
      ASSERT_EQ(any.found_in(text), expected) << text << " for " << patterns.front();
      found += expected ? 1 : 0;
    }
  }
  EXPECT_GT(found, 3'000);
  EXPECT_LT(found, 13'000);
}

}  // namespace
}  // namespace lr::secrets
