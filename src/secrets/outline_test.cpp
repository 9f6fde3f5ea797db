#include "secrets/outline.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/rng.h"
#include "secrets/catalogue_impl.h"

namespace lr::secrets {
namespace {

/// A text that the pattern matches, assertions aside.
std::string text_of(const PatternNode& node, Rng& rng) {
  std::string text;
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return text;
    case PatternNode::Op::kBytes: {
      std::size_t c = rng.below(256);
      while (!node.bytes[c]) c = (c + 1) % 256;
      return {static_cast<char>(c)};
    }
    case PatternNode::Op::kConcat:
      for (const PatternNode& child : node.children) text += text_of(child, rng);
      return text;
    case PatternNode::Op::kAlternate:
      return text_of(node.children[rng.below(node.children.size())], rng);
    case PatternNode::Op::kRepeat:
      for (std::size_t n = node.min + rng.below(std::min(node.max - node.min, 3u) + 1); n > 0;
           --n) {
        text += text_of(node.children.front(), rng);
      }
      return text;
  }
  return text;
}

/// One of the literals stands where the match at `begin` has it, behind a byte that may stand
/// there.
bool has_literal(const AnchorSet& anchors, const ByteSet& before, std::string_view text,
                 std::size_t begin) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const std::size_t last = std::min<std::size_t>(text.size(), begin + anchors.max_offset);
  for (std::size_t at = begin + anchors.min_offset; at <= last; ++at) {
    if (at > 0 && !before[static_cast<std::uint8_t>(text[at - 1])]) continue;
    for (const Literal& literal : anchors.literals) {
      const std::string_view here = text.substr(at, literal.text.size());
      const bool same = literal.caseless ? std::ranges::equal(here, literal.text, {}, lower, lower)
                                         : here == literal.text;
      if (same) return true;
    }
  }
  return false;
}

/// RE2's answer must never be refused by a look. Returns how often RE2 matched at a place.
std::size_t expect_agreement(std::string_view pattern, const std::string& text) {
  const RE2 judge(re2::StringPiece(pattern.data(), pattern.size()), pattern_options());
  EXPECT_TRUE(judge.ok()) << pattern;
  const auto tree = parse_pattern(pattern);
  if (!tree) return 0;
  SetTable sets;
  const Outline outline = outline_of(*tree, sets);
  const InnerRun run = inner_run(*tree, sets);
  const std::string rare = rare_bytes(*tree, {});
  const auto anchors = pattern_anchors(*tree);
  ByteSet before;
  if (anchors) before = bytes_before(*tree, {anchors->min_offset, anchors->max_offset});
  std::size_t matches = 0;
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (!judge.Match(text, begin, text.size(), RE2::ANCHOR_START, nullptr, 0)) continue;
    ++matches;
    EXPECT_TRUE(may_hold(rare, text, {begin, text.size()})) << pattern << " at " << begin;
    EXPECT_TRUE(may_begin(outline, sets, text, begin)) << pattern << " at " << begin;
    EXPECT_TRUE(!anchors || has_literal(*anchors, before, text, begin)) << pattern;
  }
  if (matches > 0) {
    EXPECT_TRUE(may_hold(run, sets, text, {0, text.size()})) << pattern;
  }
  return matches;
}

TEST(Outline, RefusesNoMatchOfAnyForm) {
  SeededRng rng(11);
  std::size_t matches = 0;
  for (std::string_view pattern : {"ab{2,3}[cd]",
                                   "\\bab",
                                   "(?:\\ba|\\bbb)c",
                                   "(?i)aB{1,2}c",
                                   "a?b?c?d",
                                   "(?:ab|c){2,}d",
                                   "(?:a|bcd){3}",
                                   "^ab",
                                   "(?m)^a\\s{0,3}b",
                                   "a*bc+",
                                   "(?:a{0,2}b){2}",
                                   "\\Bab",
                                   "[^a]b\\b",
                                   "(?:(?:a|bb){1,2}c?){3}d",
                                   "(?:|a)b",
                                   "a(?:b{0})c",
                                   ".{2}a",
                                   "(?s).b.",
                                   "b(?:a|$)",
                                   "(?:ab?){70}",
                                   "[ab]{12,14}c",
                                   "(?:[ab]{12}|[cd]{13})",
                                   "a@?b",
                                   "a(?:@|b)c@",
                                   "a(?:!b|c!)",
                                   "(?:@{0,2}a)+b!",
                                   "(?m)^a{0,2}bc",
                                   "^\\s?b?cd",
                                   "[ab]{1,3}cd",
                                   "a?(?:b|)@{0,2}cd"}) {
    for (int round = 0; round < 400; ++round) {
      std::string text;
      const std::size_t size = rng.below(round % 10 == 0 ? 200 : 24);
      const std::string_view alphabet = round % 3 == 0   ? "ab"
                                        : round % 3 == 1 ? "abcdABC \n"
                                                         : "abc@!";
      while (text.size() < size) text += alphabet[rng.below(alphabet.size())];
      matches += expect_agreement(pattern, text);
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(matches, 10'000u);
}

TEST(Outline, FoldsLatin1AsRe2Does) {
  EXPECT_EQ(expect_agreement("(?i)\xE9t\xC9", "\xC9T\xE9"), 1u);
  EXPECT_EQ(expect_agreement("(?i)\xF7", "\xD7\xF7"), 1u);
}

/// Every built-in rule on texts made for it, whole and with a byte changed.
TEST(Outline, RefusesNoMatchOfTheBuiltInRules) {
  const auto catalogue = Catalogue::built_in();
  ASSERT_TRUE(catalogue.has_value());
  SeededRng rng(12);
  std::size_t matches = 0;
  for (const Rule& rule : (*catalogue)->rules()) {
    if (rule.pattern.empty()) continue;
    const auto tree = parse_pattern(rule.pattern);
    if (!tree) continue;
    for (int round = 0; round < 3; ++round) {
      std::string text = " " + text_of(*tree, rng) + "\n";
      matches += expect_agreement(rule.pattern, text);
      text[rng.below(text.size())] = static_cast<char>(rng.below(256));
      matches += expect_agreement(rule.pattern, text);
    }
    ASSERT_FALSE(testing::Test::HasFailure()) << rule.id;
  }
  EXPECT_GT(matches, 1'000u);
}

TEST(Outline, IsWorthAsking) {
  SetTable sets;
  const auto may = [&](std::string_view pattern, std::string_view text) {
    return may_begin(outline_of(*parse_pattern(pattern), sets), sets, text, 0);
  };
  EXPECT_TRUE(may("\\bsk_[0-9a-f]{32}", "sk_0123456789abcdef0123456789abcdef"));
  EXPECT_FALSE(may("\\bsk_[0-9a-f]{32}", "sk_buff *skb = alloc_skb(size, GFP_KERNEL);"));
  EXPECT_FALSE(may("\\bsk_[0-9a-f]{32}", "sk_0123"));
  const auto holds = [&](std::string_view pattern, std::string_view text) {
    return may_hold(inner_run(*parse_pattern(pattern), sets), sets, text, {0, text.size()});
  };
  EXPECT_TRUE(holds("x?[0-9]{15,17}[|]", "a 123456789012345|"));
  EXPECT_FALSE(holds("x?[0-9]{15,17}[|]", "a 12345678901234 1234567890 and more"));
  const auto before = [&](std::string_view pattern) {
    const auto tree = parse_pattern(pattern);
    const auto anchors = pattern_anchors(*tree);
    return bytes_before(*tree, {anchors->min_offset, anchors->max_offset});
  };
  EXPECT_EQ(before("(?m)^\\s{0,8}password"),
            ByteSet().set('\n') | pattern_bytes(*parse_pattern("\\s")));
  EXPECT_EQ(before("x?a{1,3}password"), ByteSet().set('a'));
  EXPECT_TRUE(before("x?password").all());
  EXPECT_EQ(rare_bytes(*parse_pattern("://[a-z]+:[^@]+@[a-z]"), {}), "@");
  EXPECT_EQ(rare_bytes(*parse_pattern("!a(?:@b|[c@])@?"), {}), "!");
  EXPECT_FALSE(may_hold("@", "a@b", {2, 3}));
  EXPECT_FALSE(holds("(?:[a-f]{20}|[0-9]{15})", "a 12345678901 34 1234567890 and more"));
}

}  // namespace
}  // namespace lr::secrets
