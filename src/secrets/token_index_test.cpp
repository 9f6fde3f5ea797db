#include "secrets/token_index.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/rng.h"

namespace lr::secrets {
namespace {

using Found = std::set<std::pair<std::uint32_t, std::size_t>>;

struct Fixture {
  SetTable sets;
  std::vector<std::unique_ptr<RE2>> patterns;
  TokenIndex index;

  bool add(std::string_view pattern) {
    const auto rule = static_cast<std::uint32_t>(patterns.size());
    patterns.push_back(std::make_unique<RE2>(std::string(pattern), RE2::Latin1));
    const PatternNode tree = *parse_pattern(pattern);
    return index.add(rule, tree, outline_of(tree, sets), sets);
  }
  bool matches(std::uint32_t rule, std::string_view text, std::size_t begin) const {
    const re2::StringPiece piece(text.data(), text.size());
    return patterns[rule]->Match(piece, begin, text.size(), RE2::ANCHOR_START, nullptr, 0);
  }
  Found found(std::string_view text, Range range) const {
    Found found;
    std::size_t last = 0;
    const auto take = [&](std::uint32_t rule, std::size_t begin) {
      EXPECT_LE(last, begin);
      EXPECT_TRUE(begin >= range.begin && begin < range.end);
      last = begin;
      if (matches(rule, text, begin)) EXPECT_TRUE(found.emplace(rule, begin).second) << "twice";
    };
    each_batch(text, range, [&](const BlockBatch& batch) { index.find(text, batch, take); });
    return found;
  }
  /// The same, asked at every place.
  Found found_slowly(std::string_view text, Range range) const {
    Found found;
    for (std::size_t begin = range.begin; begin < range.end; ++begin) {
      for (std::uint32_t rule = 0; rule < patterns.size(); ++rule) {
        if (matches(rule, text, begin)) found.emplace(rule, begin);
      }
    }
    return found;
  }
};

TEST(TokenIndex, TakesWhatIsAToken) {
  Fixture fixture;
  EXPECT_TRUE(fixture.add("\\bsk_[0-9a-f]{32}\\b"));
  EXPECT_TRUE(fixture.add("\\b(?:AKIA|ASIA)[A-Z2-7]{16}\\b"));
  EXPECT_TRUE(fixture.add("\\bSK[0-9a-f]{32}"));
  EXPECT_FALSE(fixture.add("sk_[0-9a-f]{32}\\b"));     // Anywhere in a word.
  EXPECT_FALSE(fixture.add("\\bsk_[0-9a-f]{12}\\b"));  // Too short.
  EXPECT_FALSE(fixture.add("\\bsk_[0-9a-f]{8}:[0-9a-f]{8}"));
  EXPECT_FALSE(fixture.add("\\b[0-9a-f]{32}-us"));  // Begins like everything.
  EXPECT_FALSE(fixture.add("\\b-----BEGIN [A-Z]{20}"));
}

TEST(TokenIndex, FindsWhatASlowSearchFinds) {
  Fixture fixture;
  for (std::string_view pattern :
       {"\\bsk_[0-9a-f]{16,32}", "\\b[xy]k-[0-9a-zA-Z.+/_-]{16}", "\\bsk_[a-f]{16}", "\\ba{16}",
        "\\b1/[0-9]{14}", "\\b(?:xk|xk-ab)[0-9a-f]{3}[0-9a-f.]{12,40}"}) {
    ASSERT_TRUE(fixture.add(pattern)) << pattern;
  }
  SeededRng rng(3);
  static constexpr std::string_view kPieces[] = {"sk_",
                                                 "xk-",
                                                 "yk-",
                                                 "abcdefabcdef0123",
                                                 "0123456789",
                                                 "1/",
                                                 " ",
                                                 "-",
                                                 ".",
                                                 "a",
                                                 "aaaaaaaaaaaa",
                                                 "_",
                                                 "\n",
                                                 "\xFF",
                                                 "=",
                                                 "some ordinary text with words of no interest\n"};
  std::size_t all = 0;
  for (int round = 0; round < 12'000; ++round) {
    std::string text;
    for (std::size_t n = rng.below(60); n > 0; --n) text += kPieces[rng.below(std::size(kPieces))];
    if (round % 500 == 0) text += std::string(9'000, ' ') + "sk_0123456789abcdef0123";
    const std::size_t begin = rng.below(2) == 0 ? 0 : rng.below(text.size() + 1);
    const Range range{begin, begin + rng.below(text.size() - begin + 1)};
    const Found expected = fixture.found_slowly(text, range);
    ASSERT_EQ(fixture.found(text, range), expected) << round;
    all += expected.size();
  }
  EXPECT_GT(all, 3'000u);
}

}  // namespace
}  // namespace lr::secrets
