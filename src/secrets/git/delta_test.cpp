#include "secrets/git/delta.h"

#include <gtest/gtest.h>

#include <string>

namespace lr::secrets::git {
namespace {

std::string size_bytes(std::size_t size) {
  std::string out;
  for (; size >= 128; size >>= 7) out.push_back(static_cast<char>(0x80U | (size & 0x7fU)));
  out.push_back(static_cast<char>(size));
  return out;
}

std::string copy(std::size_t offset, std::size_t size) {
  std::string operands;
  unsigned opcode = 0x80;
  for (unsigned bit = 0; bit < 4; ++bit) {
    const std::size_t byte = (offset >> (8 * bit)) & 0xffU;
    if (byte == 0) continue;
    opcode |= 1U << bit;
    operands.push_back(static_cast<char>(byte));
  }
  for (unsigned bit = 0; bit < 3; ++bit) {
    const std::size_t byte = (size >> (8 * bit)) & 0xffU;
    if (byte == 0) continue;
    opcode |= 1U << (4 + bit);
    operands.push_back(static_cast<char>(byte));
  }
  return std::string(1, static_cast<char>(opcode)) + operands;
}

std::string insert(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}

struct Applied {
  std::string out;
  std::string changed;
  std::string error;
};

Applied apply(std::string_view base, std::size_t result, const std::string& instructions) {
  const std::string delta = size_bytes(base.size()) + size_bytes(result) + instructions;
  Applied applied;
  const auto header = parse_delta_header(delta);
  if (!header) return {.out = "", .changed = "", .error = header.error().detail()};
  applied.out.resize(header->result_size);
  std::vector<Range> changed;
  const auto done = apply_delta(base, *header, applied.out, changed);
  if (!done) return {.out = "", .changed = "", .error = done.error().detail()};
  for (const Range& range : changed) {
    applied.changed += "[" + std::to_string(range.begin) + "," + std::to_string(range.end) + ")";
  }
  return applied;
}

TEST(Delta, InsertedBytesAreWhatChanged) {
  const auto applied = apply("hello world", 15, copy(0, 6) + insert("big ") + copy(6, 5));
  EXPECT_EQ(applied.out, "hello big world");
  EXPECT_EQ(applied.changed, "[6,10)");
}

TEST(Delta, NeighbouringInsertsAreOneRange) {
  const auto applied = apply("ab", 6, insert("12") + insert("34") + copy(0, 2));
  EXPECT_EQ(applied.out, "1234ab");
  EXPECT_EQ(applied.changed, "[0,4)");
}

TEST(Delta, PiecesThatMeetInTheBaseTooAreNoCut) {
  EXPECT_EQ(apply("hello world", 11, copy(0, 6) + copy(6, 5)).changed, "");
}

TEST(Delta, PiecesThatMeetNowhereElseAreACut) {
  const auto applied = apply("hello world", 10, copy(0, 5) + copy(6, 5));
  EXPECT_EQ(applied.out, "helloworld");
  EXPECT_EQ(applied.changed, "[5,5)");
}

TEST(Delta, WhatBeganOrEndedInTheMiddleOfTheBaseIsACut) {
  const auto applied = apply("hello world", 4, copy(2, 4));
  EXPECT_EQ(applied.out, "llo ");
  EXPECT_EQ(applied.changed, "[0,0)[4,4)");
}

TEST(Delta, AnEmptyResultIsCut) {
  EXPECT_EQ(apply("x", 0, "").changed, "[0,0)");
  EXPECT_EQ(apply("", 0, "").changed, "");
}

TEST(Delta, ACopyOfSizeZeroMeans64KiB) {
  const std::string base(0x10000, 'x');
  const auto applied = apply(base, base.size(), std::string(1, '\x80'));
  EXPECT_EQ(applied.out, base);
  EXPECT_EQ(applied.changed, "");
}

TEST(Delta, BadInstructionsAreRefusedByName) {
  EXPECT_EQ(apply("ab", 3, copy(0, 3)).error, "delta copies from outside its base");
  EXPECT_EQ(apply("ab", 3, copy(9, 1)).error, "delta copies from outside its base");
  EXPECT_EQ(apply("ab", 1, copy(0, 2)).error, "delta builds more than it declares");
  EXPECT_EQ(apply("ab", 1, insert("xy")).error, "delta builds more than it declares");
  EXPECT_EQ(apply("ab", 3, copy(0, 2)).error, "delta builds less than it declares");
  EXPECT_EQ(apply("ab", 9, "\x05xy").error, "delta insert is cut short");
  EXPECT_EQ(apply("ab", 9, "\x91").error, "delta instruction is cut short");
  EXPECT_EQ(apply("ab", 9, std::string(1, '\0')).error, "delta has a reserved instruction");
}

TEST(Delta, BadHeadersAreRefused) {
  EXPECT_FALSE(parse_delta_header("").has_value());
  EXPECT_FALSE(parse_delta_header("\x02").has_value());
  EXPECT_FALSE(parse_delta_header("\x82").has_value());
  EXPECT_FALSE(parse_delta_header(std::string(10, '\xff') + "\x01\x01").has_value());
}

TEST(Delta, ABaseOfAnotherSizeIsRefused) {
  const auto header = parse_delta_header("\x05\x01\x01x");
  ASSERT_TRUE(header.has_value());
  std::string out(1, ' ');
  std::vector<Range> changed;
  EXPECT_FALSE(apply_delta("four", *header, out, changed).has_value());
}

}  // namespace
}  // namespace lr::secrets::git
