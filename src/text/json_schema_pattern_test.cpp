#include "text/json_schema_pattern.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace lr::text {
namespace {

/// Whether the pattern, as ECMA-262 means it, occurs in the text.
bool found(std::string_view pattern, std::string_view text) {
  const auto translated = ecma_to_re2(pattern);
  EXPECT_TRUE(translated) << pattern;
  if (!translated) return false;
  const RE2 compiled(*translated, RE2::Quiet);
  EXPECT_TRUE(compiled.ok()) << pattern << " became " << *translated << ": " << compiled.error();
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled);
}

TEST(JsonSchemaPattern, DiffersFromRe2WhereEcmaDoes) {
  EXPECT_TRUE(found("^\\s$", "\xc2\xa0"));      // No-break space.
  EXPECT_TRUE(found("^\\s$", "\xef\xbb\xbf"));  // Byte order mark.
  EXPECT_TRUE(found("^\\s$", "\v"));
  EXPECT_FALSE(found("^\\S$", "\xe2\x80\xa9"));  // Paragraph separator.
  EXPECT_TRUE(found("^[\\S]$", "x"));
  EXPECT_TRUE(found("^[^\\s]$", "x"));
  EXPECT_FALSE(found("^[^\\s]$", "\xe3\x80\x80"));
  EXPECT_FALSE(found("^.$", "\r"));
  EXPECT_FALSE(found("^.$", "\xe2\x80\xa8"));
  EXPECT_TRUE(found("^[.]$", "."));
  EXPECT_FALSE(found("^[.]$", "x"));
  EXPECT_FALSE(found("^a$", "a\n"));
  EXPECT_FALSE(found("^a$", "b\na"));
  EXPECT_FALSE(found("^\\d$", "\xd9\xa3"));  // Digits are ASCII digits.
  EXPECT_FALSE(found("^\\w$", "\xc3\xa9"));
  EXPECT_FALSE(found("[]", "anything"));
  EXPECT_TRUE(found("^[^]$", "\n"));
  EXPECT_TRUE(found("^[[:alpha:]$", "["));
  EXPECT_FALSE(found("^[[:alpha:]]$", "b]x"));
  EXPECT_TRUE(found("^[\\b]$", "\b"));
}

TEST(JsonSchemaPattern, TranslatesEscapes) {
  EXPECT_TRUE(found("^\\u0041\\x42\\u{43}\\/$", "ABC/"));
  EXPECT_TRUE(found("^\\uD83D\\uDC32*$", "\xf0\x9f\x90\xb2\xf0\x9f\x90\xb2"));
  EXPECT_TRUE(found("^\\cC$", "\x03"));
  EXPECT_TRUE(found("^\\0$", std::string_view("\0", 1)));
  EXPECT_TRUE(found("^\\p{Letter}+\\p{Lu}\\p{Script=Greek}$",
                    "\xc3\xa9"
                    "A\xce\xb1"));
  EXPECT_FALSE(found("^\\P{L}$", "a"));
  EXPECT_TRUE(found("^(?<year>\\d{4})-(?:0[1-9])$", "2026-01"));
  EXPECT_TRUE(found("\\bcat\\b", "a cat."));
  EXPECT_TRUE(found("^[\\w\\-.]+$", "a-b.c"));
  EXPECT_TRUE(found("^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|$", "^$\\.*+?()[]{}|"));
}

TEST(JsonSchemaPattern, RefusesByName) {
  const auto why = [](std::string_view pattern) {
    const auto result = ecma_to_re2(pattern);
    return result ? std::string() : result.error().detail();
  };
  for (const char* look : {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "a(?=b)"}) {
    EXPECT_EQ(why(look), "look-around is not supported");
  }
  EXPECT_EQ(why("(a)\\1"), "back references are not supported");
  EXPECT_EQ(why("(?<n>a)\\k<n>"), "back references are not supported");
  EXPECT_EQ(why("(?i)a"), "inline flags are not supported");
  EXPECT_EQ(why("\\a"), "the escape \"\\a\" is not one of ECMA-262");
  for (const char* bad :
       {"\\", "[a", "\\u12", "\\u{110000}", "\\u{}", "\\uD83D", "\\uDC32", "\\uD83D\\u0041", "\\x1",
        "\\c1", "\\01", "\\p", "\\pL", "\\p{L", "\\Z", "\\Q", "\\C", "[\\B]", "\\\n"}) {
    EXPECT_NE(why(bad), "") << bad;
  }
}

}  // namespace
}  // namespace lr::text
