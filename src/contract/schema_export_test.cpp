#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "contract/shape.h"
#include "contract/testing/load_text.h"
#include "text/json_schema.h"
#include "text/yaml.h"

namespace lr::contract {
namespace {

namespace json = text::json;
using testing::kDomainContract;
using testing::kFullContract;
using text::YamlNode;

/// What an editor sees: plain scalars by the core schema of YAML.
json::value json_of(const YamlNode& node) {
  if (node.is_map()) {
    json::object out;
    for (const auto& entry : node.entries) out[entry.key] = json_of(entry.value);
    return out;
  }
  if (node.is_sequence()) {
    json::array out;
    for (const auto& item : node.items) out.push_back(json_of(item));
    return out;
  }
  if (node.kind == YamlNode::Kind::kNull) return nullptr;
  if (node.quoted) return json::value(node.scalar);
  if (node.scalar == "true" || node.scalar == "false") return node.scalar == "true";
  if (auto number = text::parse_json(node.scalar); number && number->is_number()) return *number;
  return json::value(node.scalar);
}

json::value parse(std::string_view yaml) {
  auto node = text::parse_yaml(yaml, "c.yaml");
  EXPECT_TRUE(node) << node.error().detail();
  return json_of(*node);
}

text::JsonSchema compiled() {
  auto document = text::parse_json(export_schema());
  EXPECT_TRUE(document);
  auto schema = text::JsonSchema::compile(*document);
  EXPECT_TRUE(schema) << schema.error().detail();
  return std::move(*schema);
}

TEST(SchemaExport, AcceptsTheFullContract) {
  const auto result = compiled().validate(parse(kFullContract));
  EXPECT_TRUE(result) << result.error().detail();
}

TEST(SchemaExport, RefusesWhatTheLoaderRefuses) {
  const text::JsonSchema schema = compiled();
  for (const std::string_view bad :
       {"version: 2\n", "product: { name: a }\n", "version: 1\ntools: {}\n",
        "version: 1\nroutes: [{ path: /, metods: [GET] }]\n",
        "version: 1\nroutes: [{ path: /, methods: [FETCH] }]\n",
        "version: 1\nroutes: [{ path: a, methods: [GET] }]\n",
        "version: 1\nlimits: { a: { per_ip: ten } }\n",
        "version: 1\nguard: { ledger_key: hunter2 }\n",
        "version: 1\nroutes: [{ path: /, methods: [GET], access: private }]\n"}) {
    EXPECT_FALSE(schema.validate(parse(bad))) << bad;
    EXPECT_FALSE(testing::load(bad).contract) << bad;
  }
}

void collect_keys(const Shape& shape, std::set<std::string>& out) {
  for (const Key& key : shape.keys) {
    out.emplace(key.name);
    collect_keys(*key.shape, out);
  }
  if (shape.item != nullptr) collect_keys(*shape.item, out);
  for (const Shape* option : shape.options) collect_keys(*option, out);
}

void collect_properties(const json::value& value, std::set<std::string>& out) {
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) collect_properties(item, out);
  }
  const auto* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object) {
    if (member.key() == "properties") {
      for (const auto& property : member.value().as_object()) out.emplace(property.key());
    }
    collect_properties(member.value(), out);
  }
}

void collect_used(const YamlNode& node, std::set<std::string>& out) {
  for (const auto& item : node.items) collect_used(item, out);
  for (const auto& entry : node.entries) {
    out.insert(entry.key);
    collect_used(entry.value, out);
  }
}

/// What cannot stand beside other keys.
constexpr std::string_view kMaildirContract =
    "version: 1\n"
    "mail: { domain: a.example, sends: true, receives: true,\n"
    "  arrives: { address: p@a.example, maildir: mail } }\n"
    "edge: { provider: other, api: \"https://api.example\", ranges: [203.0.113.0/24],\n"
    "  public: [/] }\n";

TEST(SchemaExport, HoldsEveryKeyOfTheTableAndNoOther) {
  std::set<std::string> table;
  std::set<std::string> exported;
  collect_keys(contract_shape(), table);
  collect_properties(*text::parse_json(export_schema()), exported);
  EXPECT_EQ(table, exported);
}

TEST(SchemaExport, TheSampleContractsUseEveryKey) {
  std::set<std::string> table;
  std::set<std::string> used;
  collect_keys(contract_shape(), table);
  for (const std::string_view sample : {kFullContract, kDomainContract, kMaildirContract}) {
    collect_used(*text::parse_yaml(sample, "c.yaml"), used);
  }
  EXPECT_THAT(used, ::testing::IsSupersetOf(table));
}

/// Every map with fixed keys, in depth-first order.
void collect_maps(const Shape& shape, std::vector<const Shape*>& out) {
  if (shape.kind == Shape::Kind::kMap) out.push_back(&shape);
  for (const Key& key : shape.keys) collect_maps(*key.shape, out);
  if (shape.item != nullptr) collect_maps(*shape.item, out);
  for (const Shape* option : shape.options) collect_maps(*option, out);
}

TEST(Shapes, EveryKeyIsDocumentedAndUnique) {
  std::vector<const Shape*> maps;
  collect_maps(contract_shape(), maps);
  EXPECT_GT(maps.size(), 25U);
  for (const Shape* map : maps) {
    std::set<std::string_view> names;
    for (const Key& key : map->keys) {
      EXPECT_TRUE(names.insert(key.name).second) << key.name;
      EXPECT_TRUE(key.doc.ends_with('.') || key.doc.ends_with('1')) << key.name;
    }
  }
}

}  // namespace
}  // namespace lr::contract
