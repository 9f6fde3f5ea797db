#include "secrets/decode/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/rng.h"
#include "secrets/decode/decode.h"
#include "secrets/decode/spot_finder.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text;
  while (text.size() < size) text += piece;
  return text;
}

TEST(Blocks, EveryByteIsInItsClasses) {
  for (const BatchReader read : batch_readers()) {
    for (unsigned c = 0; c < 256; ++c) {
      std::string block(kBlock, '\xFF');
      block[c % kBlock] = static_cast<char>(c);
      BlockBatch batch;
      read(block, {0, kBlock}, batch);
      const std::uint64_t bit = 1ull << (c % kBlock);
      EXPECT_EQ(batch.base64[0], kBase64.contains(static_cast<char>(c)) ? bit : 0) << c;
      EXPECT_EQ(batch.escapes[0], 0u) << c;
      EXPECT_EQ(printable_mask(block.data()), is_printable(static_cast<char>(c)) ? bit : 0) << c;
    }
  }
}

TEST(Blocks, EscapesAreMarksAndWhatMayFollow) {
  const std::string_view hex = "0123456789abcdefABCDEF";
  for (const BatchReader read : batch_readers()) {
    for (unsigned pair = 0; pair < 65'536; ++pair) {
      const char first = static_cast<char>(pair >> 8);
      const char second = static_cast<char>(pair & 0xFF);
      const std::size_t at = pair % kBlock;
      std::string block(kBlock + 1, ' ');
      block[at] = first;
      block[at + 1] = second;
      BlockBatch batch;
      read(block, {0, block.size()}, batch);
      const bool expected = (first == '%' && hex.contains(second)) ||
                            (first == '\\' && std::string_view("UXux0123").contains(second)) ||
                            (first == '&' && std::string_view("!#qs").contains(second));
      ASSERT_EQ(batch.escapes[0], expected ? 1ull << at : 0) << pair;
    }
  }
}

TEST(Blocks, ZerosCountWhereTheyStandInTurn) {
  for (const BatchReader read : batch_readers()) {
    std::string block(kBlock, 'a');
    for (std::size_t i = 0; i < 30; i += 2) block[i] = '\0';
    BlockBatch batch;
    read(block, {0, kBlock}, batch);
    EXPECT_EQ(batch.zeros[0], 0x15555555u);
    read(std::string(kBlock, '\0'), {0, kBlock}, batch);
    EXPECT_EQ(batch.zeros[0], 0u);
  }
}

/// Texts of words, signs and other bytes, with words and tokens around kTokenMin bytes long.
std::string random_tokens(Rng& rng) {
  static constexpr std::string_view kSigns = "+-./_=:@ \n";
  std::string text;
  for (std::size_t pieces = rng.below(600); pieces > 0; --pieces) {
    const std::size_t size = rng.below(24);
    for (std::size_t i = 0; i < size; ++i) text += kBase64[rng.below(62)];
    if (rng.below(4) != 0) text += kSigns[rng.below(kSigns.size())];
    if (rng.below(9) == 0) text += static_cast<char>(rng.below(256));
  }
  return text;
}

std::vector<std::size_t> starts_found_slowly(std::string_view text, Range range) {
  const auto is_token = [&](std::size_t at) {
    return at < text.size() && (kBase64.contains(text[at]) || text[at] == '.');
  };
  const auto is_word = [&](std::size_t at) {
    return is_token(at) && !std::string_view("+-./").contains(text[at]);
  };
  std::vector<std::size_t> starts;
  for (std::size_t at = range.begin; at < range.end; ++at) {
    if (!is_word(at) || (at > 0 && is_word(at - 1))) continue;
    std::size_t end = at;
    while (is_token(end)) ++end;
    if (end - at >= kTokenMin) starts.push_back(at);
  }
  return starts;
}

TEST(Blocks, TokensStartWhereASlowSearchFindsThem) {
  SeededRng rng(11);
  std::size_t all = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string text = round == 0 ? repeated("a-", 9'000) : random_tokens(rng);
    const std::size_t begin = rng.below(4) == 0 ? 0 : rng.below(text.size() + 1);
    const std::size_t end = rng.below(4) == 0 ? text.size() : begin + rng.below(5'000);
    const Range whole{begin, std::min(text.size(), std::max(begin, end))};
    const std::vector<std::size_t> expected = starts_found_slowly(text, whole);
    for (const BatchReader read : batch_readers()) {
      std::vector<std::size_t> found;
      for (std::size_t at = whole.begin; at < whole.end; at += kBatch * kBlock) {
        BlockBatch batch;
        read(text, {at, std::min(whole.end, at + kBatch * kBlock)}, batch);
        for (const std::uint16_t start : batch.token_starts()) found.push_back(at + start);
      }
      ASSERT_EQ(found, expected) << "round " << round;
    }
    all += expected.size();
  }
  EXPECT_GT(all, 10'000u);
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

/// Found by one reader, as SpotFinder is shown them.
Spots found_by(BatchReader read, std::string_view text) {
  SpotFinder finder(text);
  for (std::size_t at = 0; at < text.size(); at += kBatch * kBlock) {
    BlockBatch batch;
    read(text, {at, std::min(text.size(), at + kBatch * kBlock)}, batch);
    finder.take(batch);
  }
  return finder.finish();
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

TEST(Spots, FormatsOfPrintfAreNoEscapes) {
  for (unsigned value = 0; value < 256; ++value) {
    char text[32];
    std::snprintf(text, sizeof text, "a = \"b%%%02xc\"\n", value);
    const bool text_byte = value >= 0x20 || value == 0 || value == 9 || value == 10 || value == 13;
    EXPECT_EQ(found_by(batch_reader(), text).percent.size(), text_byte ? 1u : 0u) << text;
  }
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
    const Spots expected = found_slowly(text);
    for (const BatchReader read : batch_readers()) {
      const Spots found = found_by(read, text);
      expect_same(found.base64, expected.base64);
      expect_same(found.utf16le, expected.utf16le);
      expect_same(found.utf16be, expected.utf16be);
    }
    runs += expected.base64.size() + expected.utf16le.size() + expected.utf16be.size();
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
    const Spots whole = found_by(batch_reader(), text);
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
