#include "secrets/decode/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/rng.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";

TEST(Blocks, EveryByteIsInItsClasses) {
  for (const BlockReader read : block_readers()) {
    for (unsigned c = 0; c < 256; ++c) {
      std::string block(kBlock + 1, '\xFF');
      block[c % kBlock] = static_cast<char>(c);
      BlockMasks masks;
      read(block.data(), std::span(&masks, 1));
      const std::uint64_t bit = 1ull << (c % kBlock);
      const auto expected = [&](std::string_view members) {
        return members.find(static_cast<char>(c)) != std::string_view::npos ? bit : 0;
      };
      EXPECT_EQ(masks.base64, expected(kBase64)) << c;
      EXPECT_EQ(masks.escapes, 0u) << c;
      EXPECT_EQ(masks.zeros, expected(std::string_view("\0", 1))) << c;
      EXPECT_EQ(printable_mask(block.data()), is_printable(static_cast<char>(c)) ? bit : 0) << c;
    }
  }
}

TEST(Blocks, EscapesAreMarksAndWhatMayFollow) {
  const std::string_view hex = "0123456789abcdefABCDEF";
  for (const BlockReader read : block_readers()) {
    for (unsigned pair = 0; pair < 65'536; ++pair) {
      const char first = static_cast<char>(pair >> 8);
      const char second = static_cast<char>(pair & 0xFF);
      const std::size_t at = pair % kBlock;
      std::string block(kBlock + 1, ' ');
      block[at] = first;
      block[at + 1] = second;
      BlockMasks masks;
      read(block.data(), std::span(&masks, 1));
      const bool expected = (first == '%' && hex.contains(second)) ||
                            (first == '\\' && std::string_view("UXux0123").contains(second)) ||
                            (first == '&' && std::string_view("!#qs").contains(second));
      ASSERT_EQ(masks.escapes, expected ? 1ull << at : 0) << pair;
    }
  }
}

TEST(Blocks, HexIsNothingButHexDigits) {
  const std::string_view digits = "0123456789abcdefABCDEF";
  for (unsigned c = 0; c < 256; ++c) {
    const bool expected = digits.contains(static_cast<char>(c));
    for (const std::size_t size : {1u, 15u, 16u, 17u, 40u}) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(c);
        ASSERT_EQ(is_hex(text), expected) << c << " at " << at << " of " << size;
      }
    }
  }
  EXPECT_TRUE(is_hex(""));
}

TEST(Blocks, EveryByteIsWordOrToken) {
  for (const WordReader read : word_readers()) {
    for (unsigned c = 0; c < 256; ++c) {
      std::string block(kBlock, '\xFF');
      block[c % kBlock] = static_cast<char>(c);
      WordMasks masks;
      read(block.data(), std::span(&masks, 1));
      const std::uint64_t bit = 1ull << (c % kBlock);
      const bool token = kBase64.contains(static_cast<char>(c)) || c == '.';
      const bool word = token && !std::string_view("+-./").contains(static_cast<char>(c));
      EXPECT_EQ(masks.word, word ? bit : 0) << c;
      EXPECT_EQ(masks.token, token ? bit : 0) << c;
    }
  }
}

/// Runs of base64 and of UTF-16, found byte by byte.
Spots found_slowly(std::string_view text) {
  Spots spots;
  const auto each_run = [&](auto goes_on, std::size_t extra, std::vector<Range>& out) {
    for (std::size_t begin = 0; begin < text.size(); ++begin) {
      std::size_t end = begin;
      while (goes_on(end)) ++end;
      if (end - begin >= kLeastRun) out.push_back({begin, end + extra});
      begin = end;
    }
  };
  each_run([&](std::size_t i) { return i < text.size() && kBase64.contains(text[i]); }, 0,
           spots.base64);
  std::vector<Range> wide;
  each_run(
      [&](std::size_t i) {
        if (i + 1 >= text.size() || (text[i] == '\0') == (text[i + 1] == '\0')) return false;
        return is_printable(text[i] == '\0' ? text[i + 1] : text[i]);
      },
      1, wide);
  for (const Range& range : wide) {
    (text[range.begin] == '\0' ? spots.utf16be : spots.utf16le).push_back(range);
  }
  return spots;
}

void expect_same(const std::vector<Range>& found, const std::vector<Range>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].begin, expected[i].begin);
    EXPECT_EQ(found[i].end, expected[i].end);
  }
}

std::string random_runs(Rng& rng) {
  std::string text;
  const std::size_t pieces = rng.below(12);
  for (std::size_t i = 0; i < pieces; ++i) {
    // Lengths around the least run and around the edges of blocks.
    const std::size_t size = rng.below(2) == 0 ? 20 + rng.below(10) : rng.below(150);
    const std::uint64_t kind = rng.below(4);
    for (std::size_t k = 0; k < size; ++k) {
      const char letter = kBase64[rng.below(kBase64.size())];
      if (kind == 0) text += letter;
      if (kind == 1) text += {letter, '\0'};
      if (kind == 2) text += {'\0', letter};
      if (kind == 3) text += static_cast<char>(rng.below(256));
    }
    if (rng.below(2) == 0) text += rng.below(2) == 0 ? " " : std::string(rng.below(3), '\0');
  }
  return text;
}

TEST(Spots, RunsAreThoseOfASlowSearch) {
  SeededRng rng(7);
  std::size_t runs = 0;
  for (int round = 0; round < 3'000; ++round) {
    const std::string text = random_runs(rng);
    const Spots found = find_spots(text);
    const Spots expected = found_slowly(text);
    expect_same(found.base64, expected.base64);
    expect_same(found.utf16le, expected.utf16le);
    expect_same(found.utf16be, expected.utf16be);
    runs += found.base64.size() + found.utf16le.size() + found.utf16be.size();
    if (HasFailure()) FAIL() << "round " << round;
  }
  EXPECT_GT(runs, 3'000u);
}

std::string random_lines(Rng& rng) {
  std::string text;
  const std::size_t width = rng.below(3) == 0 ? 20 + rng.below(240) : 64;
  const std::string_view indent = rng.below(2) == 0 ? "" : "  ";
  for (std::size_t lines = rng.below(60); lines > 0; --lines) {
    const std::size_t size = rng.below(8) == 0 ? rng.below(width + 1) : width;
    text += indent;
    for (std::size_t i = 0; i < size; ++i) text += kBase64[rng.below(62)];
    if (rng.below(9) == 0) text += rng.below(2) == 0 ? "==" : " words";
    text += rng.below(20) == 0 ? "\r\n" : "\n";
  }
  return text;
}

bool holds(const std::vector<Range>& spots, const Range& wanted) {
  return std::ranges::any_of(spots, [&](const Range& spot) {
    return spot.begin == wanted.begin && spot.end == wanted.end;
  });
}

/// What touches the range, and nothing that is not a spot of the whole text.
TEST(Spots, NearARangeAreThoseOfTheWholeText) {
  SeededRng rng(5);
  std::size_t pieces = 0;
  for (int round = 0; round < 1'500; ++round) {
    const std::string text = random_lines(rng) + random_runs(rng) + random_lines(rng);
    const Spots whole = find_spots(text);
    const std::size_t begin = rng.below(text.size() + 1);
    const Range range{begin, std::min(text.size(), begin + rng.below(80))};
    const Spots near = find_spots_near(text, {&range, 1});
    for (const auto kind : {&Spots::base64, &Spots::wrapped, &Spots::utf16le, &Spots::utf16be}) {
      for (const Range& spot : near.*kind) EXPECT_TRUE(holds(whole.*kind, spot)) << spot.begin;
      for (const Range& spot : whole.*kind) {
        const bool touches = spot.begin <= range.end && range.begin <= spot.end;
        if (touches) EXPECT_TRUE(holds(near.*kind, spot)) << spot.begin;
      }
    }
    pieces += near.wrapped.size();
    if (HasFailure()) FAIL() << "round " << round;
  }
  EXPECT_GT(pieces, 300u);
}

}  // namespace
}  // namespace lr::secrets
