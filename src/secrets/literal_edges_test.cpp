#include "secrets/literal_edges.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

#include "base/rng.h"
#include "secrets/catalogue_impl.h"

namespace lr::secrets {
namespace {

LiteralEdges edges_of(std::string_view pattern, std::string_view literal, bool caseless = false) {
  return literal_edges(*parse_pattern(pattern), {{{std::string(literal), caseless}}, 0, 3, 0});
}

std::string behind(std::string_view pattern, std::string_view literal, bool caseless = false) {
  std::string bytes;
  const LiteralEdges edges = edges_of(pattern, literal, caseless);
  if (edges.behind.empty() || edges.behind.front().bytes.all()) return "any";
  for_each_byte(edges.behind.front().bytes, [&](unsigned c) { bytes += static_cast<char>(c); });
  return bytes;
}

TEST(LiteralEdges, TellsWhatComesBehindTheLiteral) {
  EXPECT_EQ(behind("(?:_|\\b)pass[\"']?:{0,2}=[0-9]+", "pass"), "\"':=");
  EXPECT_EQ(behind("pass=[0-9]{9}[a-z]*", "pass"), "=");  // There is one in the value, too.
  EXPECT_EQ(behind("mypass=x|pass-y", "pass"), "-=");
  EXPECT_EQ(behind("(?i)pass\\b=x", "pass", true), "=");
  EXPECT_EQ(behind("PASS=", "pass", true), "=");
  EXPECT_EQ(behind("a{3}b", "aa"), "ab");
  // A match may end behind it, or it is no literal of the pattern: nothing is known.
  EXPECT_EQ(behind("pass=?", "pass"), "any");
  EXPECT_EQ(behind("pass=", "word"), "any");
  EXPECT_EQ(behind("(?:a[bc]{40}[de]{40}){500}pass=|[0-9]{5}" + std::string(2000, 'x'), "pass"),
            "any");
}

TEST(LiteralEdges, TellsAnotherWordOfEveryMatch) {
  EXPECT_EQ(
      edges_of("password='?[a-z]{6} host(?:addr)?=|\\bhost=[a-z]+ password=", "password=").word,
      "host");
  EXPECT_EQ(edges_of("(?:some)?password=x", "password").word, "password=x");
  EXPECT_EQ(edges_of("(?:long\\b word){2}[0-9]password", "password").word, "long word");
  EXPECT_EQ(edges_of("(?i)other[0-9]password", "password", true).word, "");
  EXPECT_EQ(edges_of("other[0-9]password|[0-9]password", "password").word, "");
}

TEST(LiteralEdges, ALineStartsInFrontOfAMatch) {
  const LiteralEdges edges = edges_of("(?m)^\\s{0,3}pass=[a-z]", "pass");
  EXPECT_TRUE(edges.at_line_start);
  const auto held = [&](std::string_view text) {
    const std::size_t at = text.find("pass");
    return may_be_held(edges, text, {at, at + 4, 0, 3});
  };
  EXPECT_TRUE(held("pass=x"));
  EXPECT_TRUE(held("   pass=x"));
  EXPECT_TRUE(held("some\n   pass=x"));
  EXPECT_FALSE(held("some\n    pass=x"));
  EXPECT_FALSE(held("some pass=x"));
  EXPECT_FALSE(held("some\npass x"));
}

/// No match holds a literal that was said not to be held.
TEST(LiteralEdges, RefusesNoMatch) {
  static constexpr std::string_view kPatterns[] = {
      "(?:[_.]|\\b)(?:ab|Ab)[\"']?\\s{0,2}(?:=>|[:=])[a-c]{1,3}", "(?m)^\\s{0,3}ab=?[a-c]{2}",
      "x{0,2}ab(?:c{2}|=[^a]{1,2})+", "(?:ab){1,3}=|\\bhost ab:", "^x{1,2}ab(?:[0-9]|b=)"};
  static constexpr std::string_view kPieces[] = {"ab", "ab", "ab=", "c",  "=", "x",    " ",
                                                 "\n", "_",  ":",   "\"", "7", "host", "=>"};
  const AnchorSet anchors{{{"ab", false}, {"Ab", false}}, 0, 5, 0};
  std::vector<std::unique_ptr<RE2>> compiled;
  std::vector<LiteralEdges> all_edges;
  for (const std::string_view pattern : kPatterns) {
    compiled.push_back(std::make_unique<RE2>(std::string(pattern), pattern_options()));
    all_edges.push_back(literal_edges(*parse_pattern(pattern), anchors));
  }
  SeededRng rng(11);
  int found = 0;
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t which = static_cast<std::size_t>(round) % std::size(kPatterns);
    const std::string_view pattern = kPatterns[which];
    const LiteralEdges& edges = all_edges[which];
    std::string text;
    for (std::size_t n = 1 + rng.below(8); n > 0; --n)
      text += kPieces[rng.below(std::size(kPieces))];
    re2::StringPiece match;
    const bool matches = compiled[which]->Match(text, 0, text.size(), RE2::UNANCHORED, &match, 1);
    bool held = false;
    for (std::size_t at = text.find("ab"); at != std::string::npos; at = text.find("ab", at + 1)) {
      const bool may = may_be_held(edges, text, {at, at + 2, 0, 5});
      const auto begin = static_cast<std::size_t>(match.data() - text.data());
      held = held || (may && matches && at >= begin && at + 2 <= begin + match.size());
      refused += may ? 0 : 1;
    }
    if (!matches) continue;
    ++found;
    ASSERT_TRUE(held) << pattern << " in " << text;
    ASSERT_TRUE(text.contains(edges.word)) << pattern << " in " << text;
  }
  EXPECT_GT(found, 500);
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace lr::secrets
