#include "text/fields.h"

#include <gtest/gtest.h>

namespace lr::text {
namespace {

TEST(Fields, NamesCompareWithoutCase) {
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-tYPE"));
  EXPECT_FALSE(equals_ignoring_case("Host", "Hos"));
  // '@' and '`' differ from letters only in the bit that case folding clears.
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
  EXPECT_EQ(lower_ascii("AbZ[\xc4"), "abz[\xc4");
}

/// The definition, byte by byte.
bool same_letter(unsigned a, unsigned b) {
  const auto lower = [](unsigned c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
  return lower(a) == lower(b);
}

// Long texts are compared eight bytes at a time; every pair of bytes at every place must agree.
TEST(Fields, ComparingManyBytesAtOnceChangesNothing) {
  for (const std::size_t size : {1u, 7u, 8u, 9u, 15u, 16u, 17u}) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string a(size, 'x');
      std::string b(size, 'X');
      for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
          a[at] = static_cast<char>(first);
          b[at] = static_cast<char>(second);
          ASSERT_EQ(equals_ignoring_case(a, b), same_letter(first, second))
              << size << " " << at << " " << first << " " << second;
        }
      }
    }
  }
}

TEST(Fields, TrimsSpacesAndTabsOnly) {
  EXPECT_EQ(trim_ows(" \t a b\t "), "a b");
  EXPECT_EQ(trim_ows(" \t"), "");
  EXPECT_EQ(trim_ows("\r\n"), "\r\n");
}

TEST(Fields, TokenIsExactlyTheTcharSet) {
  const std::string_view symbols = "!#$%&'*+-.^_`|~";
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool expected = alphanumeric || (c != 0 && symbols.find(byte) != std::string_view::npos);
    EXPECT_EQ(is_token(std::string_view(&byte, 1)), expected) << c;
  }
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("a b"));
}

TEST(Fields, ValueRefusesControlCharactersAtEveryPosition) {
  for (int c = 0; c < 256; ++c) {
    const bool expected = c == '\t' || (c >= 0x20 && c != 0x7f);
    for (std::size_t position = 0; position < 20; ++position) {
      std::string value(20, 'x');
      value[position] = static_cast<char>(c);
      EXPECT_EQ(is_field_value(value), expected) << c << " at " << position;
    }
  }
  EXPECT_TRUE(is_field_value(""));
}

TEST(Fields, SetKeepsThePlaceOfTheFirstAndDropsTheOthers) {
  Fields fields;
  fields.add("A", "1");
  fields.add("X", "2");
  fields.add("a", "3");
  fields.set("a", "4");
  EXPECT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields.begin()->value, "4");
  EXPECT_EQ(fields.get("x"), "2");
  fields.set("New", "5");
  EXPECT_EQ(fields.get("new"), "5");
  fields.remove("A");
  EXPECT_EQ(fields.get("a"), std::nullopt);
}

TEST(Fields, TokensAreFoundInListsAndRepeatedFields) {
  Fields fields;
  fields.add("Connection", "keep-alive ,\tTE");
  fields.add("connection", "Close");
  EXPECT_TRUE(fields.has_token("connection", "te"));
  EXPECT_TRUE(fields.has_token("Connection", "close"));
  EXPECT_FALSE(fields.has_token("Connection", "keep"));
  EXPECT_FALSE(fields.has_token("Other", "close"));
  EXPECT_EQ(fields.count("CONNECTION"), 2u);
}

TEST(Headers, OwnWhatTheyAreGiven) {
  Headers headers;
  {
    std::string value = "a value that is long enough to live on the heap";
    Fields fields;
    fields.add("Name", value);
    headers = Headers(fields);
  }
  EXPECT_EQ(headers.get("name"), "a value that is long enough to live on the heap");
  headers.add("Name", "2");
  EXPECT_EQ(headers.count("NAME"), 2u);
  headers.set("name", "3");
  EXPECT_EQ(headers.count("name"), 1u);
  EXPECT_EQ(headers.view().get("Name"), "3");
  headers.remove("name");
  EXPECT_TRUE(headers.empty());
}

}  // namespace
}  // namespace lr::text
