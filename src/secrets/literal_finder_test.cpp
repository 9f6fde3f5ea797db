#include "secrets/literal_finder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "text/ascii.h"

namespace lr::secrets {
namespace {

using Hits = std::vector<LiteralFinder::Hit>;

/// Every literal at every place, one after the other.
Hits found_plainly(std::span<const Literal> literals, std::string_view text, std::size_t after) {
  Hits hits;
  for (std::uint32_t id = 0; id < literals.size(); ++id) {
    const auto& [wanted, caseless] = literals[id];
    for (std::size_t at = 0; at + wanted.size() <= text.size(); ++at) {
      const std::string_view here = text.substr(at, wanted.size());
      const bool equal = caseless ? std::ranges::equal(here, wanted, {}, text::to_lower)
                                  : here == std::string_view(wanted);
      if (equal && at + wanted.size() > after) hits.push_back({at + wanted.size(), id});
    }
  }
  std::ranges::sort(hits);
  return hits;
}

LiteralFinder finder_of(std::span<const Literal> literals) {
  const std::vector<Placement> places = place_literals(literals);
  std::vector<PlacedLiteral> placed;
  for (std::uint32_t id = 0; id < literals.size(); ++id) {
    placed.push_back({literals[id], places[id], id});
  }
  return LiteralFinder(std::move(placed));
}

void expect_same(std::span<const Literal> literals, const std::string& text) {
  if (!LiteralFinder::is_supported()) return;
  const LiteralFinder finder = finder_of(literals);
  // In memory of their own, so that a byte too many is one too many.
  const std::vector<char> bytes(text.begin(), text.end());
  for (const std::size_t after : {std::size_t{0}, text.size() / 2, text.size()}) {
    Hits hits;
    finder.find({bytes.data(), bytes.size()}, after, hits);
    ASSERT_EQ(hits, found_plainly(literals, text, after)) << text.size() << " bytes";
  }
}

class LiteralFinderTest : public ::testing::Test {
 protected:
  LiteralFinderTest() {
    if (!LiteralFinder::is_supported()) fmt::print("not run: no AVX-512 VBMI2 here\n");
  }
  std::string random_text(std::size_t size, std::string_view alphabet) {
    std::string text;
    while (text.size() < size) text += alphabet[random() % alphabet.size()];
    return text;
  }
  std::minstd_rand random{7};
};

TEST_F(LiteralFinderTest, FindsLiteralsOfEachLengthAtEachPlace) {
  const std::vector<Literal> literals = {{"<-", false},
                                         {"pwd", true},
                                         {"://", false},
                                         {"eyJ", false},
                                         {"AIza", false},
                                         {"token", true},
                                         {"\xFE\xED\xFE\xED", false},
                                         {"api_key", true},
                                         {"password", true},
                                         {"client_secret", true},
                                         {std::string(71, 'M') + "IIE", false}};
  for (const auto& [text, caseless] : literals) {
    std::string written = text;
    if (caseless) written[1] = static_cast<char>(written[1] ^ 0x20);
    for (std::size_t front = 0; front < 140; ++front) {
      expect_same(literals, std::string(front, '.') + written);
      expect_same(literals, std::string(front, 'x') + written + std::string(front % 67, '\0'));
    }
  }
}

/// Bytes that differ from letters in the bit of the case alone are none.
TEST_F(LiteralFinderTest, OnlyLettersHaveACase) {
  const std::vector<Literal> literals = {{"a_b-c@d", true}, {"k[]{}", true}, {"a_b-c@d", false}};
  for (const char* text : {"A_B-C@D", "a\x7F\x62-c@d", "a_b\rc@d", "a_b-c`d", "K[]{}", "k{}[]"}) {
    expect_same(literals, std::string(100, ' ') + text);
  }
}

TEST_F(LiteralFinderTest, FindsWhatALookAtEachPlaceDoes) {
  for (int round = 0; round < 300; ++round) {
    const std::string_view alphabet = round % 2 == 0 ? "abAB" : "abcdeABCDE_-:/09\x80\xC1\xE1";
    std::vector<Literal> literals;
    for (std::size_t i = 0; i < 1 + random() % 60; ++i) {
      const bool caseless = random() % 2 == 0;
      std::string text = random_text(2 + random() % 12, alphabet);
      if (caseless) std::ranges::transform(text, text.begin(), text::to_lower);
      literals.push_back({std::move(text), caseless});
    }
    expect_same(literals, random_text(random() % 700, alphabet));
  }
}

/// More than a batch, and every place of it.
TEST_F(LiteralFinderTest, TextsOfNothingElse) {
  const std::vector<Literal> literals = {{"aa", false}, {"aaa", true}, {"aaaaa", false}};
  expect_same(literals, std::string(9'000, 'a'));
  expect_same(literals, "");
  expect_same({}, std::string(500, 'a'));
}

}  // namespace
}  // namespace lr::secrets
