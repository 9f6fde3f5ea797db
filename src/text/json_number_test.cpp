#include "text/json_number.h"

#include <gtest/gtest.h>

#include <vector>

namespace lr::text {
namespace {

json::value number(std::string_view text) { return *parse_json(text); }

bool multiple(std::string_view n, std::string_view d) {
  return is_json_multiple(number(n), number(d));
}

bool equal(std::string_view a, std::string_view b) {
  std::size_t steps = 0;
  const bool same = json_equals(*parse_json(a), *parse_json(b), steps);
  EXPECT_GT(steps, 0U);
  if (same) {
    EXPECT_EQ(json_hash(*parse_json(a), steps), json_hash(*parse_json(b), steps)) << a << " " << b;
  }
  return same;
}

TEST(JsonNumber, IntegersAreAMatterOfValue) {
  for (const char* yes : {"0", "-1", "1.0", "1e3", "18446744073709551615", "1e300", "-0.0"}) {
    EXPECT_TRUE(is_json_integer(number(yes))) << yes;
  }
  for (const char* no : {"0.5", "1e-3", "-1.25", "4503599627370495.5"}) {
    EXPECT_FALSE(is_json_integer(number(no))) << no;
  }
}

TEST(JsonNumber, OrderIsExactAcrossKinds) {
  // Ascending; neighbours that a conversion to double would make equal are on purpose.
  const std::vector<json::value> sorted = {number("-1e300"),
                                           number("-9223372036854775808"),
                                           number("-9223372036854775807"),
                                           number("-2"),
                                           number("-1.5"),
                                           number("-1"),
                                           number("-0.5"),
                                           number("0"),
                                           number("0.5"),
                                           number("1"),
                                           number("1.5"),
                                           number("9007199254740992.0"),
                                           number("9007199254740993"),
                                           number("9223372036854775807"),
                                           number("9223372036854775808"),
                                           number("18446744073709551615"),
                                           number("18446744073709551616.0"),
                                           number("1e300")};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      const auto order = compare_json_numbers(sorted[i], sorted[j]);
      EXPECT_TRUE(order == (i <=> j)) << sorted[i] << " " << sorted[j];
    }
  }
}

TEST(JsonNumber, MultiplesAreDecimal) {
  EXPECT_TRUE(multiple("0.3", "0.1"));
  EXPECT_TRUE(multiple("19.99", "0.01"));
  EXPECT_TRUE(multiple("0.0075", "0.0001"));
  EXPECT_FALSE(multiple("0.00751", "0.0001"));
  EXPECT_TRUE(multiple("4.5", "1.5"));
  EXPECT_FALSE(multiple("35", "1.5"));
  EXPECT_TRUE(multiple("0", "7"));
  EXPECT_TRUE(multiple("-21", "7"));
  EXPECT_FALSE(multiple("-22", "7"));
  EXPECT_TRUE(multiple("12391239123", "1e-8"));
  EXPECT_FALSE(multiple("1e308", "0.123456789"));
  EXPECT_TRUE(multiple("1e308", "0.5"));
  EXPECT_TRUE(multiple("18446744073709551615", "5"));
  EXPECT_TRUE(multiple("-9223372036854775808", "2"));
  EXPECT_FALSE(multiple("1", "1e300"));
  EXPECT_FALSE(multiple("1e-300", "1"));
  EXPECT_TRUE(multiple("9007199254740993", "9007199254740993"));
  EXPECT_FALSE(multiple("9007199254740992", "9007199254740993"));
}

TEST(JsonNumber, EqualityIsByValueAndIgnoresMemberOrder) {
  EXPECT_TRUE(equal("1", "1.0"));
  EXPECT_TRUE(equal("0", "-0.0"));
  EXPECT_TRUE(equal("100", "1e2"));
  EXPECT_FALSE(equal("9007199254740993", "9007199254740992.0"));
  EXPECT_FALSE(equal("1", "true"));
  EXPECT_FALSE(equal("0", "false"));
  EXPECT_FALSE(equal("\"1\"", "1"));
  EXPECT_FALSE(equal("[]", "{}"));
  EXPECT_TRUE(equal(R"({"a":1,"b":[2.0]})", R"({"b":[2],"a":1.0})"));
  EXPECT_FALSE(equal(R"({"a":1,"b":2})", R"({"a":1,"c":2})"));
  EXPECT_FALSE(equal("[1,2]", "[2,1]"));
  EXPECT_FALSE(equal("[1]", "[1,1]"));
  EXPECT_TRUE(equal("null", "null"));
}

}  // namespace
}  // namespace lr::text
