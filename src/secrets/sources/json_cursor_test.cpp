#include "secrets/sources/json_cursor.h"

#include <gtest/gtest.h>

#include <vector>

namespace lr::secrets::sources {
namespace {

TEST(JsonCursor, WalksWhatIsAskedForAndSkipsTheRest) {
  JsonCursor cursor(R"( {"a": [1, {"x": [true, null]}, "s\"]"], "b": "v", "c": -12, "d": {}} )");
  std::string names, b;
  std::int64_t c = 0;
  cursor.object([&](std::string_view name) {
    names.append(name);
    if (name == "b") b = cursor.string().value_or("?");
    if (name == "c") c = cursor.integer().value_or(0);
  });
  EXPECT_EQ(names, "abcd");
  EXPECT_EQ(b, "v");
  EXPECT_EQ(c, -12);
  EXPECT_TRUE(cursor.ok());
}

TEST(JsonCursor, ValuesOfAnotherTypeAreSkipped) {
  JsonCursor cursor(R"({"n":  7.5, "s": 1, "o": "x", "a": {"k": [1]}, "last": "here"})");
  std::string last;
  cursor.object([&](std::string_view name) {
    if (name == "n") EXPECT_FALSE(cursor.integer());
    if (name == "s") EXPECT_FALSE(cursor.string());
    if (name == "o") cursor.object([](std::string_view) { FAIL(); });
    if (name == "a") cursor.array([](std::size_t) { FAIL(); });
    if (name == "last") last = cursor.string().value_or("?");
  });
  EXPECT_EQ(last, "here");
  EXPECT_TRUE(cursor.ok());
}

TEST(JsonCursor, RawStringsEndAtTheirOwnQuote) {
  JsonCursor cursor(R"(["", "\\", "\"", "\\\"", "a\\\\"])");
  std::vector<std::string> raw;
  cursor.array([&](std::size_t) { raw.emplace_back(cursor.raw_string().value_or("?")); });
  EXPECT_EQ(raw, (std::vector<std::string>{"", R"(\\)", R"(\")", R"(\\\")", R"(a\\\\)"}));
}

TEST(JsonCursor, BrokenTextFailsAndStays) {
  for (const char* text : {"{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":\"x", "{\"a\" 1}", "{1:2}",
                           "{\"a\":1 \"b\":2}", "{\"a\":[1,2}", "{,}", "{\"a\":[{]}"}) {
    JsonCursor cursor(text);
    cursor.object([&](std::string_view) { cursor.array([](std::size_t) {}); });
    EXPECT_FALSE(cursor.ok()) << text;
  }
}

TEST(JsonCursor, DeepNestingCostsNoStack) {
  const std::string text(5'000'000, '[');
  JsonCursor cursor(text);
  cursor.skip();
  EXPECT_FALSE(cursor.ok());
}

TEST(UnescapeJson, EveryEscape) {
  EXPECT_EQ(unescape_json(R"(a\"b\\c\/d\b\f\n\r\t)"), "a\"b\\c/d\b\f\n\r\t");
  EXPECT_EQ(unescape_json(R"(\u0041\u00e9\u20AC)"), "A\xC3\xA9\xE2\x82\xAC");
  EXPECT_EQ(unescape_json(R"(\ud83d\ude00!)"), "\xF0\x9F\x98\x80!");
}

TEST(UnescapeJson, WhatIsNoEscapeStays) {
  EXPECT_EQ(unescape_json(R"(\x\u12)"), R"(\x\u12)");
  EXPECT_EQ(unescape_json("end\\"), "end");
  EXPECT_EQ(unescape_json(R"(\ud83d \ude00)"), "\xEF\xBF\xBD \xEF\xBF\xBD");
  EXPECT_EQ(unescape_json(R"(\ud83d\u0041)"),
            "\xEF\xBF\xBD"
            "A");
}

}  // namespace
}  // namespace lr::secrets::sources
