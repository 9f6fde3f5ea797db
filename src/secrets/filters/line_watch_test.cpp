#include "secrets/filters/line_watch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/rng.h"
#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

std::string made(SeededRng& rng, std::size_t size) {
  static constexpr std::string_view kPieces[] = {
      "some text ",           "= ", "GUID", "_GUID_", " GUID_", "key::", " other",
      "\"ab::cd\": \"00ff\"", "\n"};
  std::string text;
  while (text.size() < size) {
    const std::size_t piece = rng.below(400);
    text += kPieces[piece < std::size(kPieces) ? piece : 0];
  }
  return text;
}

/// It never says no to a line that a pattern matches, in whatever order lines are asked about, and
/// does say no to most others.
TEST(LineWatch, SaysNoOnlyToLinesWithoutAMatch) {
  const AnyPattern patterns({"\\bGUID_", "\"\\w{1,9}::[\\w:]{1,9}\"\\s{0,4}:", "other$|^ther"});
  SeededRng rng(17);
  int refused = 0;
  int fits = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string text = made(rng, 1 + rng.below(60'000));
    LineWatch watch(text);
    std::size_t at = 0;
    for (int ask = 0; ask < 300; ++ask) {
      const std::size_t step = rng.below(100) == 0 ? rng.below(text.size()) : rng.below(150);
      at = rng.below(10) == 0 ? at - std::min(at, step) : std::min(at + step, text.size() - 1);
      const std::string_view line = std::string_view(text).substr(at, 1 + rng.below(1024));
      const bool right = patterns.found_in(line);
      const bool may = watch.may_match(patterns, line);
      if (right) ASSERT_TRUE(may) << "at " << at << " of " << text.size();
      fits += right ? 1 : 0;
      refused += may ? 0 : 1;
    }
  }
  EXPECT_GT(fits, 1'000);
  EXPECT_GT(refused, 1'000);
}

TEST(LineWatch, SaysNothingOfPatternsThatItCannotRead) {
  const std::string text(5000, 'x');
  LineWatch watch(text);
  const AnyPattern unknown({"\\pN"});
  const AnyPattern wide({"a[a-z]{900}b[a-z]{900}c[a-z]{900}d"});
  const AnyPattern plain({"abc"});
  for (std::size_t at = 0; at < 4000; at += 100) {
    const std::string_view line = std::string_view(text).substr(at, 1000);
    EXPECT_TRUE(watch.may_match(unknown, line));
    EXPECT_TRUE(watch.may_match(wide, line));
    EXPECT_EQ(watch.may_match(plain, line), at == 0) << at;  // The first is read for itself.
  }
}

/// What a filter says with a watch is what it says without.
TEST(LineWatch, MarksOnLongLinesAreFound) {
  SeededRng rng(23);
  std::string text;
  while (text.size() < 40'000) {
    text += rng.below(100) == 0 ? "gitleaks:allow" : rng.below(20) == 0 ? "a: b" : "some words";
  }
  LineWatch watch(text);
  int allowed = 0;
  for (std::size_t at = 0; at + 1024 < text.size(); at += 30) {
    Subject subject;
    subject.line = std::string_view(text).substr(at, 200);
    const bool right = allows_inline(subject.line);
    subject.watch = &watch;
    ASSERT_EQ(allows_inline(subject), right) << at;
    allowed += right ? 1 : 0;
  }
  EXPECT_GT(allowed, 50);
  EXPECT_LT(allowed, 1'000);
}

}  // namespace
}  // namespace lr::secrets
