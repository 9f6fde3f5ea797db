#include "secrets/line_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/rng.h"

namespace lr::secrets {
namespace {

LineColumn counted(std::string_view text, std::size_t offset) {
  LineColumn at;
  for (std::size_t i = 0; i < offset; ++i) {
    at.column = text[i] == '\n' ? 1 : at.column + 1;
    at.line += text[i] == '\n' ? 1 : 0;
  }
  return at;
}

TEST(LineIndex, SaysWhatCountingSaysInAnyOrder) {
  SeededRng rng(5);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (std::size_t n = rng.below(60); n > 0; --n) text += rng.below(5) == 0 ? '\n' : 'x';
    LineIndex index(text);
    for (int asked = 0; asked < 40; ++asked) {
      const std::size_t offset = rng.below(text.size() + 1);
      const LineColumn at = index.at(offset);
      const LineColumn expected = counted(text, offset);
      ASSERT_EQ(at.line, expected.line) << round;
      ASSERT_EQ(at.column, expected.column) << round;
    }
  }
}

TEST(LineIndex, LinesAroundAreWholeButBounded) {
  const std::string text = "one\ntwo\nthree\nfour\nfive\n";
  const LineIndex index(text);
  const std::size_t three = text.find("three");
  const Range none = index.lines_around({three, three + 2}, 0);
  EXPECT_EQ(text.substr(none.begin, none.end - none.begin), "three");
  const Range one = index.lines_around({three, three + 2}, 1);
  EXPECT_EQ(text.substr(one.begin, one.end - one.begin), "two\nthree\nfour");
  const std::string bundle(100'000, 'x');
  const Range near = LineIndex(bundle).lines_around({50'000, 50'010}, 3);
  EXPECT_EQ(near.begin, 50'000u - 8192u);
  EXPECT_EQ(near.end, 50'010u + 8192u);
}

}  // namespace
}  // namespace lr::secrets
