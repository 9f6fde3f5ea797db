// The table of shapes as JSON Schema, so that editors complete and check a contract while it is
// written.
#include "contract/load.h"
#include "contract/shape.h"
#include "text/json.h"

namespace lr::contract {
namespace {

namespace json = text::json;
using Kind = Shape::Kind;
using Type = Scalar::Type;

json::object schema_of(const Shape& shape);

json::array words(std::span<const std::string_view> names) {
  json::array out;
  for (const std::string_view name : names) out.emplace_back(name);
  return out;
}

void add_bounds(const Scalar& scalar, json::object& out) {
  if (scalar.max == 0) return;
  out["minimum"] = scalar.min;
  out["maximum"] = scalar.max;
}

json::object schema_of(const Scalar& scalar) {
  json::object out;
  out["description"] = scalar.what;
  switch (scalar.type) {
    case Type::kBoolean:
      out["type"] = "boolean";
      return out;
    case Type::kInteger:
      out["type"] = "integer";
      add_bounds(scalar, out);
      return out;
    case Type::kIntegerOrString:
      out["type"] = {"integer", "string"};
      break;
    case Type::kString:
      out["type"] = "string";
      break;
  }
  if (!scalar.choices.empty()) {
    out["enum"] = words(scalar.choices);
  } else if (!scalar.pattern.empty()) {
    out["pattern"] = scalar.pattern;
  }
  return out;
}

json::object schema_of_map(const Shape& shape) {
  json::object properties;
  json::array required;
  for (const Key& key : shape.keys) {
    json::object property = schema_of(*key.shape);
    property["description"] = key.doc;
    properties[key.name] = std::move(property);
    if (key.required) required.emplace_back(key.name);
  }
  json::object out;
  out["type"] = shape.may_be_empty ? json::value({"object", "null"}) : json::value("object");
  out["properties"] = std::move(properties);
  if (!required.empty()) out["required"] = std::move(required);
  out["additionalProperties"] = false;
  return out;
}

json::object schema_of_named(const Shape& shape) {
  json::object out;
  out["type"] = "object";
  if (shape.items_max != 0) out["maxProperties"] = shape.items_max;
  out["propertyNames"] = {
      {"pattern", shape.grant_names ? "^[!#-\\[\\]-~]{1,128}$" : "^[A-Za-z][A-Za-z0-9_-]{0,63}$"}};
  out["additionalProperties"] = schema_of(*shape.item);
  return out;
}

json::object schema_of_list(const Shape& shape) {
  json::object out;
  out["type"] = "array";
  if (shape.items_min != 0) out["minItems"] = shape.items_min;
  if (shape.items_max != 0) out["maxItems"] = shape.items_max;
  out["items"] = schema_of(*shape.item);
  return out;
}

json::object schema_of(const Shape& shape) {
  switch (shape.kind) {
    case Kind::kScalar:
      return schema_of(*shape.scalar);
    case Kind::kMap:
      return schema_of_map(shape);
    case Kind::kNamed:
      return schema_of_named(shape);
    case Kind::kList:
      return schema_of_list(shape);
    case Kind::kJson:
      return {};
    case Kind::kChoice:
      break;
  }
  json::array options;
  for (const Shape* option : shape.options) options.push_back(schema_of(*option));
  json::object out;
  out["anyOf"] = std::move(options);
  return out;
}

}  // namespace

std::string export_schema() {
  json::object out;
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  out["$id"] = "https://launchready.example/schemas/contract-1.json";
  out["title"] = "Launch Ready contract, version 1";
  for (auto& member : schema_of(contract_shape())) out[member.key()] = std::move(member.value());
  return text::pretty_json(out);
}

}  // namespace lr::contract
