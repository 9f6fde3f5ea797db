#include "text/json_schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lr::text {
namespace {

json::value parsed(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *std::move(value) : json::value();
}

JsonSchema compiled(std::string_view schema, const SchemaOptions& options = {}) {
  auto result = JsonSchema::compile(parsed(schema), options);
  EXPECT_TRUE(result) << schema << ": " << (result ? "" : result.error().detail());
  return result ? *std::move(result) : *JsonSchema::compile(json::value(false));
}

/// "" when valid, otherwise what the error says.
std::string verdict(const JsonSchema& schema, std::string_view instance) {
  const auto result = schema.validate(parsed(instance));
  if (result) return {};
  EXPECT_EQ(result.error().code(), Code::kUnprocessable);
  return result.error().detail();
}

std::string verdict(std::string_view schema, std::string_view instance) {
  return verdict(compiled(schema), instance);
}

std::string why_refused(std::string_view schema, const SchemaOptions& options = {}) {
  const auto result = JsonSchema::compile(parsed(schema), options);
  if (result) return {};
  EXPECT_EQ(result.error().code(), Code::kInvalidArgument);
  return result.error().detail();
}

TEST(JsonSchema, ErrorsNameThePlaceAndTheKeyword) {
  const JsonSchema schema = compiled(R"({
    "type": "object", "required": ["model", "messages"], "additionalProperties": false,
    "properties": {
      "model": {"enum": ["small", "large"]},
      "amount": {"maximum": 100},
      "messages": {"type": "array", "minItems": 1,
                   "items": {"type": "object", "required": ["role"]}}}})");
  EXPECT_EQ(verdict(schema, R"({"model":"small","messages":[{"role":"user"}]})"), "");
  EXPECT_EQ(verdict(schema, "[]"), "the document: type");
  EXPECT_EQ(verdict(schema, R"({"model":"small"})"), "/messages: required");
  EXPECT_EQ(verdict(schema, R"({"model":"x","messages":[{"role":"user"}]})"), "/model: enum");
  EXPECT_EQ(verdict(schema, R"({"model":"small","messages":[]})"), "/messages: minItems");
  EXPECT_EQ(verdict(schema, R"({"model":"small","messages":[{"role":1},{}]})"),
            "/messages/1/role: required");
  EXPECT_EQ(verdict(schema, R"({"model":"small","messages":[{"role":1}],"amount":101})"),
            "/amount: maximum");
  EXPECT_EQ(verdict(schema, R"({"model":"small","messages":[{"role":1}],"a/b~c":1})"),
            "/a~1b~0c: additionalProperties");
}

TEST(JsonSchema, ErrorsQuoteNoValuesAndBoundNames) {
  const JsonSchema schema = compiled(R"({"additionalProperties": {"type": "integer"}})");
  EXPECT_EQ(verdict(schema, R"({"a":"tok_secret"})").find("tok_secret"), std::string::npos);
  EXPECT_EQ(verdict(schema, R"({"a\nb":"x"})"), "/a?b: type");
  const std::string name(10'000, 'n');
  EXPECT_LT(verdict(schema, fmt::format(R"({{"{}":"x"}})", name)).size(), 100U);
}

TEST(JsonSchema, BranchesThatFailedAreNotBlamed) {
  const char* schema =
      R"({"anyOf": [{"type": "string"}, {"required": ["a"]}], "minProperties": 2})";
  EXPECT_EQ(verdict(schema, R"({"a":1})"), "the document: minProperties");
  EXPECT_EQ(verdict(schema, R"({"b":1,"c":2})"), "the document: anyOf");
  EXPECT_EQ(verdict(R"({"oneOf": [{"minimum": 1}, {"minimum": 2}]})", "3"), "the document: oneOf");
  EXPECT_EQ(verdict(R"({"not": {"type": "null"}})", "null"), "the document: not");
  EXPECT_EQ(verdict(R"({"if": {"type": "string"}, "then": {"minLength": 2}, "else": false})", "1"),
            "the document: else");
  EXPECT_EQ(verdict(R"({"dependentRequired": {"a": ["b"]}})", R"({"a":1})"),
            "/b: dependentRequired");
}

TEST(JsonSchema, UnknownKeywordsAreRefusedByNameUnlessAskedFor) {
  EXPECT_EQ(why_refused(R"({"properties": {"a": {"minimun": 3}}})"),
            "/properties/a: keyword \"minimun\" is not supported");
  EXPECT_EQ(why_refused(R"({"x-internal": true})"),
            "the schema: keyword \"x-internal\" is not supported");
  EXPECT_EQ(why_refused(R"({"dependencies": {}})"),
            "the schema: keyword \"dependencies\" is not supported");
  EXPECT_EQ(why_refused(R"({"$schema": "http://json-schema.org/draft-07/schema#",
                            "unevaluatedProperties": false})"),
            "the schema: keyword \"unevaluatedProperties\" is not supported");
  const SchemaOptions lenient{.allow_unknown_keywords = true, .documents = {}};
  EXPECT_EQ(verdict(compiled(R"({"x-internal": true, "type": "null"})", lenient), "null"), "");
}

TEST(JsonSchema, PureAnnotationsAreAccepted) {
  EXPECT_EQ(verdict(R"({"title": "t", "description": "d", "default": 1, "examples": [1],
                        "deprecated": true, "readOnly": true, "writeOnly": false, "$comment": "c",
                        "contentMediaType": "application/json", "contentEncoding": "base64",
                        "contentSchema": {}, "format": "whatever", "$defs": {"a": {}}})",
                    "1"),
            "");
}

TEST(JsonSchema, WhatIsWrongInASchemaIsNamedWithItsPointer) {
  EXPECT_EQ(why_refused(R"({"type": "strnig"})"),
            "the schema: keyword \"type\": is not a type name");
  EXPECT_EQ(why_refused(R"({"properties": {"a/b": {"minimum": "3"}}})"),
            "/properties/a~1b: keyword \"minimum\": is not a number");
  EXPECT_EQ(why_refused(R"({"allOf": [true, {"not": 3}]})"), "/allOf/1/not: is not a schema");
  for (const char* schema : {"3",
                             "[]",
                             "null",
                             R"({"type": []})",
                             R"({"enum": 1})",
                             R"({"minLength": -1})",
                             R"({"minLength": 1.5})",
                             R"({"required": "a"})",
                             R"({"required": [1]})",
                             R"({"multipleOf": 0})",
                             R"({"multipleOf": -1})",
                             R"({"properties": []})",
                             R"({"properties": {"a": 1}})",
                             R"({"items": [{}]})",
                             R"({"allOf": []})",
                             R"({"allOf": {}})",
                             R"({"uniqueItems": 1})",
                             R"({"pattern": 1})",
                             R"({"format": 1})",
                             R"({"$ref": 1})",
                             R"({"$id": 1})",
                             R"({"$anchor": 1})",
                             R"({"contains": 1})",
                             R"({"contains": {}, "minContains": -1})",
                             R"({"dependentRequired": {"a": 1}})",
                             R"({"if": 1})",
                             R"({"if": {}, "then": 1})"}) {
    EXPECT_NE(why_refused(schema), "") << schema;
  }
}

TEST(JsonSchema, PatternsThatRe2CannotRunAreRefused) {
  EXPECT_EQ(why_refused(R"~({"pattern": "^(?!admin)"})~"),
            "the schema: keyword \"pattern\": look-around is not supported");
  EXPECT_EQ(why_refused(R"({"patternProperties": {"(a)\\1": {}}})"),
            "the schema: keyword \"patternProperties\": back references are not supported");
  EXPECT_NE(why_refused(R"({"pattern": "("})"), "");
  EXPECT_NE(why_refused(R"({"pattern": "a{5000}"})"), "");
}

TEST(JsonSchema, ReferencesLeadIntoGivenDocumentsOnlyAndAreNeverFetched) {
  EXPECT_EQ(why_refused(R"({"$ref": "https://example.com/a.json"})"),
            "the schema: keyword \"$ref\": the reference \"https://example.com/a.json\" leads "
            "nowhere");
  EXPECT_NE(why_refused(R"({"$ref": "#/$defs/a"})"), "");
  EXPECT_NE(why_refused(R"({"$ref": "#a"})"), "");
  EXPECT_NE(why_refused(R"({"$ref": "#/$defs", "$defs": {"a": 1}})"), "");
  EXPECT_NE(why_refused(R"({"$schema": "https://example.com/dialect"})"), "");
  SchemaOptions options;
  options.documents["https://example.com/a.json"] =
      parsed(R"({"$defs": {"id": {"type": "integer"}}})");
  const JsonSchema schema =
      compiled(R"({"$id": "https://example.com/b.json", "$ref": "a.json#/$defs/id"})", options);
  EXPECT_EQ(verdict(schema, "1"), "");
  EXPECT_EQ(verdict(schema, "\"1\""), "the document: type");
}

TEST(JsonSchema, SchemasThatReferToThemselvesWithoutEndAreRefused) {
  for (const char* schema :
       {R"({"$ref": "#"})", R"({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
                               "$ref": "#/$defs/a"})",
        R"({"anyOf": [{"type": "null"}, {"not": {"$ref": "#"}}]})",
        R"({"dependentSchemas": {"a": {"$ref": "#"}}})", R"({"if": {"$ref": "#"}})"}) {
    EXPECT_NE(why_refused(schema).find("refers to itself without end"), std::string::npos)
        << schema;
  }
  const JsonSchema list =
      compiled(R"({"properties": {"next": {"$ref": "#"}}, "additionalProperties": false})");
  EXPECT_EQ(verdict(list, R"({"next":{"next":{"next":{}}}})"), "");
  EXPECT_EQ(verdict(list, R"({"next":{"next":{"nxt":{}}}})"),
            "/next/next/nxt: additionalProperties");
}

TEST(JsonSchema, WorkIsBounded) {
  // Every level doubles the work: 2^60 without a bound.
  const JsonSchema schema = compiled(R"({"items": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}})");
  std::string deep = "1";
  for (int i = 0; i < 60; ++i) deep = "[" + deep + "]";
  const auto result = schema.validate(parsed(deep));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kResourceExhausted);
  // "not" must not turn giving up into a yes.
  const JsonSchema negated = compiled(R"({"not": {"$ref": "#/$defs/a"},
                   "$defs": {"a": {"items": {"allOf": [{"$ref": "#/$defs/a"},
                                                       {"$ref": "#/$defs/a"}]}}}})");
  EXPECT_FALSE(negated.validate(parsed(deep)));
}

TEST(JsonSchema, ADynamicReferenceThatNeverEndsGivesUp) {
  const auto schema = JsonSchema::compile(
      parsed(R"({"$id": "https://example.com/a", "$dynamicAnchor": "x", "$dynamicRef": "#x"})"));
  ASSERT_TRUE(schema);
  const auto result = schema->validate(parsed("1"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kResourceExhausted);
}

TEST(JsonSchema, Draft7KeepsItsOwnRules) {
  const SchemaOptions draft7{.default_dialect = SchemaDialect::kDraft7, .documents = {}};
  const JsonSchema tuple =
      compiled(R"({"items": [{"type": "integer"}], "additionalItems": false})", draft7);
  EXPECT_EQ(verdict(tuple, "[1]"), "");
  EXPECT_EQ(verdict(tuple, "[1,2]"), "/1: additionalItems");
  const JsonSchema dependent =
      compiled(R"({"dependencies": {"a": ["b"], "c": {"maxProperties": 1}}})", draft7);
  EXPECT_EQ(verdict(dependent, R"({"a":1})"), "/b: dependencies");
  EXPECT_EQ(verdict(dependent, R"({"c":1,"d":1})"), "the document: maxProperties");
  EXPECT_EQ(why_refused(R"({"$ref": "#/definitions/a", "maxLength": 3, "definitions": {"a": {}}})",
                        draft7),
            "the schema: keyword \"maxLength\": draft 7 ignores it beside \"$ref\"");
}

TEST(JsonSchema, FormatIsAnAnnotationUnlessAsserted) {
  const char* schema = R"({"format": "uuid"})";
  EXPECT_EQ(verdict(schema, "\"x\""), "");
  const SchemaOptions strict{.assert_format = true, .documents = {}};
  EXPECT_EQ(verdict(compiled(schema, strict), "\"x\""), "the document: format");
  EXPECT_EQ(verdict(compiled(schema, strict), "1"), "");
  EXPECT_EQ(why_refused(R"({"format": "iri"})", strict),
            "the schema: keyword \"format\": format \"iri\" cannot be asserted");
}

TEST(JsonSchema, UniqueItemsAlsoInLongArrays) {
  const JsonSchema schema = compiled(R"({"uniqueItems": true})");
  std::string items;
  for (int i = 0; i < 5000; ++i) items += fmt::format("{{\"id\":{},\"b\":[{}]}},", i, i % 7);
  EXPECT_EQ(verdict(schema, "[" + items + "0]"), "");
  EXPECT_EQ(verdict(schema, "[" + items + R"({"b":[5],"id":4905.0}])"),
            "the document: uniqueItems");
  EXPECT_EQ(verdict(schema, R"([0,false,"",null,[],{},"0",[0],{"a":0},1,true,"1",-1,"a"])"), "");
  EXPECT_EQ(verdict(schema, R"([0,false,"",null,[],{},"0",[0],{"a":0},1,true,"1",-1,"a",-0.0])"),
            "the document: uniqueItems");
}

TEST(JsonSchema, TheProgramOutlivesTheSchemaText) {
  auto source = std::make_unique<json::value>(
      parsed(R"({"enum": [{"a": ["long enough to live on the heap"]}], "required": ["a"]})"));
  const auto schema = JsonSchema::compile(*source);
  ASSERT_TRUE(schema);
  source.reset();
  EXPECT_EQ(verdict(*schema, R"({"a":["long enough to live on the heap"]})"), "");
  EXPECT_EQ(verdict(*schema, R"({"a":[]})"), "the document: enum");
}

TEST(JsonSchema, ManyPropertiesAreFoundAndRequired) {
  std::string properties;
  std::string required;
  std::string instance;
  for (int i = 0; i < 300; ++i) {
    properties += fmt::format("{}\"p{}\":{{\"const\":{}}}", i == 0 ? "" : ",", i, i);
    required += fmt::format("{}\"p{}\"", i == 0 ? "" : ",", i);
    instance += fmt::format("{}\"p{}\":{}", i == 0 ? "" : ",", i, i);
  }
  const JsonSchema schema = compiled(
      fmt::format(R"({{"properties":{{{}}},"required":[{}],"additionalProperties":false}})",
                  properties, required));
  EXPECT_EQ(verdict(schema, "{" + instance + "}"), "");
  EXPECT_EQ(verdict(schema, "{" + instance + ",\"p300\":1}"), "/p300: additionalProperties");
  const std::string without = instance.substr(0, instance.rfind(','));
  EXPECT_EQ(verdict(schema, "{" + without + "}"), "/p299: required");
}

}  // namespace
}  // namespace lr::text
