#include "probe/instance.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "text/json_schema.h"

namespace lr::probe {
namespace {

text::json::value parse(std::string_view text) {
  auto value = text::parse_json(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value ? *value : text::json::value();
}

constexpr std::string_view kSchemas[] = {
    R"({"type":"object","required":["title"],"properties":{"title":{"type":"string","minLength":3,"maxLength":9}}})",
    R"({"type":"object","required":["n","f","b"],"properties":{"n":{"type":"integer","minimum":5,"maximum":7},"f":{"type":"number","exclusiveMinimum":2},"b":{"type":"boolean"}}})",
    R"({"type":"object","required":["kind"],"properties":{"kind":{"enum":["a","b"]}}})",
    R"({"type":"object","required":["id"],"properties":{"id":{"type":"string","minLength":36,"maxLength":36}}})",
    R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","minItems":2,"items":{"type":"string"}}}})",
    R"({"$defs":{"name":{"type":"string","minLength":1}},"type":"object","required":["name"],"properties":{"name":{"$ref":"#/$defs/name"}}})",
    R"({"type":"object","required":["a"],"properties":{"a":{"type":"object","required":["b"],"properties":{"b":{"type":"integer","multipleOf":4}}}}})",
    R"({"oneOf":[{"type":"object","required":["x"],"properties":{"x":{"const":3}}},{"type":"string"}]})",
};

TEST(Instance, FollowsItsSchema) {
  for (const std::string_view text : kSchemas) {
    const auto schema = parse(text);
    const auto compiled = text::JsonSchema::compile(schema);
    ASSERT_TRUE(compiled.has_value()) << text;
    const auto made = make_instance(schema, "lrcanary00000000000000000000000000000000");
    EXPECT_TRUE(compiled->validate(made).has_value()) << text << "\n"
                                                      << text::json::serialize(made);
  }
}

TEST(Instance, WrongOnesAreAllRefusedByTheSchema) {
  for (const std::string_view text : kSchemas) {
    const auto schema = parse(text);
    const auto compiled = text::JsonSchema::compile(schema);
    const auto wrong = make_wrong_instances(schema, make_instance(schema, "m"));
    EXPECT_FALSE(wrong.empty()) << text;
    for (const auto& instance : wrong) {
      EXPECT_FALSE(compiled->validate(instance.body).has_value()) << text << instance.form;
    }
  }
}

TEST(Instance, PutsTheMarkerIntoFreeText) {
  const auto schema =
      parse(R"({"type":"object","required":["t"],"properties":{"t":{"type":"string"}}})");
  EXPECT_EQ(text::json::serialize(make_instance(schema, "marker")), R"({"t":"marker"})");
}

TEST(SetAt, MakesParents) {
  auto document = parse("{}");
  EXPECT_TRUE(set_at(document, "/a/b", 1));
  EXPECT_EQ(text::json::serialize(document), R"({"a":{"b":1}})");
  EXPECT_FALSE(set_at(document, "/a/b/c", 1)) << "a number has no members";
}

}  // namespace
}  // namespace lr::probe
