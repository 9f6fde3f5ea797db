#include "text/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <boost/json/monotonic_resource.hpp>
#include <cmath>

#include "base/rng.h"

namespace lr::text {
namespace {

bool accepts(std::string_view text) { return parse_json(text).has_value(); }

std::string error_of(std::string_view text) {
  auto value = parse_json(text);
  if (value) return "accepted";
  EXPECT_EQ(value.error().code(), Code::kInvalidArgument);
  return value.error().detail();
}

TEST(Json, ReadsEveryKindOfValue) {
  auto value =
      parse_json(R"( {"a": [1, -2, 18446744073709551615, 1.5, true, null, "x\u00e9\n"]} )");
  ASSERT_TRUE(value);
  const json::array& a = value->at("a").as_array();
  EXPECT_EQ(a[0].as_int64(), 1);
  EXPECT_EQ(a[2].as_uint64(), 18446744073709551615u);
  EXPECT_EQ(a[3].as_double(), 1.5);
  EXPECT_EQ(a[6].as_string(), "x\xc3\xa9\n");
  for (std::string_view scalar : {"1", "\"\"", "null", "true", " [] ", "{}", "-0", "1e-5"}) {
    EXPECT_TRUE(accepts(scalar)) << scalar;
  }
}

TEST(Json, RefusesWhatIsNotRfc8259) {
  for (std::string_view text : {"",
                                " ",
                                "{",
                                "[1,]",
                                "{\"a\":1,}",
                                "{a:1}",
                                "'a'",
                                "01",
                                "+1",
                                ".5",
                                "1.",
                                "1e",
                                "- 1",
                                "0x10",
                                "NaN",
                                "Infinity",
                                "-Infinity",
                                "nul",
                                "tru",
                                "[1 2]",
                                "{\"a\" 1}",
                                "1 2",
                                "{}{}",
                                "[]x",
                                "/**/1",
                                "1//x",
                                "\"\t\"",
                                "\"\n\"",
                                "\"\\x\"",
                                "\"\\u12\"",
                                "\"a",
                                "\xef\xbb\xbf{}",
                                "\"\\ud800\"",
                                "\"\\udc00\"",
                                "\"\\ud800x\"",
                                "\"\\ud800\\u0041\"",
                                "\"\xff\"",
                                "\"\xc0\xaf\"",
                                "\"\xed\xa0\x80\"",
                                "\"\xc3\"",
                                "{\"\xff\":1}",
                                "\xa0 1"}) {
    EXPECT_TRUE(error_of(text).starts_with("offset ")) << text;
  }
  EXPECT_FALSE(accepts(std::string_view("1\0", 2)));
  EXPECT_FALSE(accepts(std::string_view("\"a\0b\"", 5)));
}

TEST(Json, NumbersAreExactOrRefused) {
  for (std::string_view text :
       {"1e999", "-1e999", "1e-999", "[1e400]", "123456789012345678901234567890e300"}) {
    EXPECT_FALSE(accepts(text)) << text;
  }
  EXPECT_EQ(parse_json("9007199254740993.0")->as_double(), 9007199254740992.0);
  EXPECT_EQ(parse_json("1.7976931348623157e308")->as_double(), 1.7976931348623157e308);
  EXPECT_EQ(parse_json("5e-324")->as_double(), 5e-324);
  EXPECT_EQ(parse_json("123.456e-20")->as_double(), 123.456e-20);
  EXPECT_EQ(parse_json("0.30000000000000004")->as_double(), 0.30000000000000004);
  EXPECT_TRUE(parse_json("18446744073709551616")->is_double());
}

TEST(Json, RefusesDuplicateKeysAtEveryLevel) {
  EXPECT_EQ(error_of(R"({"a":1,"a":2})"), "offset 8: an object with the same key twice");
  EXPECT_FALSE(accepts(R"({"x":{"a":1,"b":2,"a":3}})"));
  EXPECT_FALSE(accepts(R"([{"a":{}},{"b":1,"b":1}])"));
  EXPECT_FALSE(accepts(R"({"a":1,"\u0061":2})"));
  EXPECT_FALSE(accepts(R"({"":1,"":2})"));
  EXPECT_FALSE(accepts(R"({"a":{"a":{"b":1}},"a":2})"));
  EXPECT_TRUE(accepts(R"({"a":{"a":{"a":1}},"b":{"a":1}})"));
  EXPECT_TRUE(accepts(R"([{"a":1},{"a":1}])"));
  EXPECT_TRUE(accepts(R"({"a":1,"A":2,"a ":3,"ab":4})"));
}

TEST(Json, KeysWithEscapesAreComparedByWhatTheyMean) {
  EXPECT_FALSE(accepts(R"({"\u0061":1,"a":2})"));
  EXPECT_FALSE(accepts(R"({"ab":1,"\u0061b":2})"));
  EXPECT_FALSE(accepts(R"({"a\u0062":1,"c":{"d\n":1,"e":2},"ab":2})"));
  EXPECT_FALSE(accepts(R"({"x":{"a\tb":1,"c":2,"a\u0009b":3}})"));
  EXPECT_TRUE(accepts(R"({"a\u0062":1,"a":{"b\n":1,"b":2},"b":{"b\n":3}})"));
  EXPECT_TRUE(accepts(R"({"\u0061b":1,"a":2,"b":3})"));
}

TEST(Json, DuplicatesInLargeObjectsAreFoundQuickly) {
  const auto object = [](int keys, int repeated) {
    std::string text = "{";
    for (int i = 0; i < keys; ++i) {
      text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i == keys - 1 ? repeated : i) + "\":0";
    }
    return text + "}";
  };
  for (int keys : {2, 15, 16, 17, 18, 100}) {
    EXPECT_TRUE(accepts(object(keys, keys - 1))) << keys;
    for (int repeated = 0; repeated < keys - 1; ++repeated) {
      EXPECT_FALSE(accepts(object(keys, repeated))) << keys << " " << repeated;
    }
  }
  EXPECT_TRUE(accepts(object(30'000, 29'999)));
  EXPECT_FALSE(accepts(object(30'000, 5)));
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(accepts(nested(limits::kJsonDepth)));
  EXPECT_FALSE(accepts(nested(limits::kJsonDepth + 1)));
  EXPECT_FALSE(accepts(nested(1'000'000)));
  EXPECT_FALSE(parse_json("[[1]]", JsonLimits{.depth = 1}));
  EXPECT_TRUE(parse_json("[[1]]", JsonLimits{.depth = 2}));
}

TEST(Json, BuildsInTheStorageItIsGiven) {
  json::monotonic_resource arena;
  auto value =
      parse_json(R"({"a":[1,2,{"b":"a string that does not fit into the value"}]})", {}, &arena);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->storage().get(), &arena);
  EXPECT_EQ(value->at("a").storage().get(), &arena);
}

TEST(JsonPointer, FollowsRfc6901) {
  json::value document = parse_json(R"({"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"~1":9})").value();
  EXPECT_EQ(resolve_pointer(document, ""), &document);
  EXPECT_EQ(*resolve_pointer(document, "/foo/0"), "bar");
  EXPECT_EQ(*resolve_pointer(document, "/"), 0);
  EXPECT_EQ(*resolve_pointer(document, "/a~1b"), 1);
  EXPECT_EQ(*resolve_pointer(document, "/m~0n"), 8);
  EXPECT_EQ(*resolve_pointer(document, "/~01"), 9);
  for (std::string_view nothing :
       {"/foo/2", "/foo/00", "/foo/01", "/foo/-", "/foo/+1", "/foo/", "/foo/99999999999999999999",
        "/x", "foo", "/m~n", "/~2", "/~", "/foo/0/x"}) {
    EXPECT_EQ(resolve_pointer(document, nothing), nullptr) << nothing;
  }
  *resolve_pointer(document, "/foo/1") = 5;
  EXPECT_EQ(document.at("foo").at(1), 5);
  EXPECT_TRUE(is_json_pointer("/a~0/~1"));
  EXPECT_FALSE(is_json_pointer("a"));
  EXPECT_FALSE(is_json_pointer("/~"));
}

TEST(Json, MembersInOtherLettersAreRivals) {
  const auto document = *parse_json(R"({"a":{"task":1,"tasks":2},"b":[{"X":1}],"C":{}})");
  EXPECT_FALSE(has_rival_member(document, "/a/task"));
  EXPECT_FALSE(has_rival_member(document, "/a/none"));
  EXPECT_TRUE(has_rival_member(document, "/a/TASK"));
  EXPECT_TRUE(has_rival_member(document, "/A/none"));
  EXPECT_TRUE(has_rival_member(document, "/b/0/x"));
  EXPECT_TRUE(has_rival_member(document, "/c"));
  EXPECT_FALSE(has_rival_member(document, ""));
  EXPECT_TRUE(has_rival_member(*parse_json("{\"ta\xc5\xbf\xe2\x84\xaa\":1}"), "/task"));
}

TEST(Json, ScalarTextIsForIdsOnly) {
  EXPECT_EQ(scalar_text("x"), "x");
  EXPECT_EQ(scalar_text(-7), "-7");
  EXPECT_EQ(scalar_text(18446744073709551615u), "18446744073709551615");
  EXPECT_EQ(scalar_text(1.0), std::nullopt);
  EXPECT_EQ(scalar_text(true), std::nullopt);
  EXPECT_EQ(scalar_text(nullptr), std::nullopt);
  EXPECT_EQ(scalar_text(json::array{}), std::nullopt);
}

TEST(CanonicalJson, MatchesTheExampleOfRfc8785) {
  auto value = parse_json(
      "{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"
      "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
      "\"literals\": [null, true, false]}");
  ASSERT_TRUE(value);
  EXPECT_EQ(canonical_json(*value),
            "{\"literals\":[null,true,false],"
            "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(CanonicalJson, OrdersKeysByUtf16) {
  auto value = parse_json(
      R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7,"11":8,"":9})");
  ASSERT_TRUE(value);
  EXPECT_EQ(canonical_json(*value),
            "{\"\":9,\"\\r\":2,\"1\":4,\"11\":8,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
            "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}");
}

// Appendix B of RFC 8785.
TEST(CanonicalJson, FormatsNumbersAsEcmaScriptDoes) {
  const std::pair<std::uint64_t, std::string_view> kVectors[] = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : kVectors) {
    EXPECT_EQ(canonical_json(std::bit_cast<double>(bits)), text);
  }
  EXPECT_EQ(canonical_json(9007199254740993), "9007199254740993");
}

TEST(CanonicalJson, ReadsBackAsTheSameValue) {
  SeededRng rng(5);
  for (int round = 0; round < 2'000; ++round) {
    const double number = std::bit_cast<double>(rng.next_u64());
    if (!std::isfinite(number)) continue;
    auto back = parse_json(canonical_json(json::array{number}));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->at(0).to_number<double>(), number);
  }
}

TEST(PrettyJson, KeepsTheOrderOfTheDocument) {
  auto value = parse_json(R"({"b":[1,{"c":1.0}],"a":{},"e":[]})");
  EXPECT_EQ(
      pretty_json(*value),
      "{\n  \"b\": [\n    1,\n    {\n      \"c\": 1\n    }\n  ],\n  \"a\": {},\n  \"e\": []\n}\n");
}

}  // namespace
}  // namespace lr::text
