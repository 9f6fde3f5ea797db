// A compiled schema: one node per subschema, all in one vector, linked by index. Only the files
// of json_schema include this.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_schema.h"
#include "text/json_schema_format.h"

namespace lr::text {

/// Of a node in the program.
using SchemaIndex = std::uint32_t;
inline constexpr SchemaIndex kNoSchema = 0xffffffffU;

/// Bits of Node::types. A number with an integral value has both number bits.
namespace schema_type {
inline constexpr std::uint8_t kNull = 1;
inline constexpr std::uint8_t kBoolean = 2;
inline constexpr std::uint8_t kObject = 4;
inline constexpr std::uint8_t kArray = 8;
inline constexpr std::uint8_t kString = 16;
inline constexpr std::uint8_t kNumber = 32;
inline constexpr std::uint8_t kInteger = 64;
inline constexpr std::uint8_t kAny = 127;
}  // namespace schema_type

/// From property name to what the schema says about it: open addressing over the names of the
/// schema, so that what a stranger sends never decides about the length of a probe.
class PropertyTable {
 public:
  struct Entry {
    std::string name;
    SchemaIndex schema = kNoSchema;  ///< Of "properties".
    int required = -1;               ///< Its place among the required ones.
  };

  /// The entry of that name, new when there is none. Not after build().
  Entry& at(std::string_view name);
  void build();
  const Entry* find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  ///< Index + 1 of an entry; 0 is free. A power of two long.
};

struct NumberRules {
  std::optional<json::value> minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;
};

struct StringRules {
  std::uint64_t min_length = 0;
  std::uint64_t max_length = UINT64_MAX;
  std::unique_ptr<const RE2> pattern;
  FormatCheck format = nullptr;
};

struct ArrayRules {
  std::vector<SchemaIndex> prefix;
  SchemaIndex items = kNoSchema;  ///< Of all items after the prefix.
  SchemaIndex contains = kNoSchema;
  SchemaIndex unevaluated = kNoSchema;
  std::uint64_t min_items = 0;
  std::uint64_t max_items = UINT64_MAX;
  std::uint64_t min_contains = 1;
  std::uint64_t max_contains = UINT64_MAX;
  bool unique = false;
  bool items_is_additional = false;  ///< Draft 7 with an array of "items": for the error.
  bool contains_evaluates = false;   ///< 2020-12: what "contains" matched counts as evaluated.
};

struct PatternProperty {
  std::unique_ptr<const RE2> pattern;
  SchemaIndex schema;
};

struct Dependency {
  std::string name;
  const char* keyword = "";  ///< Which of the three it was, for the error.
  std::vector<std::string> required;
  SchemaIndex schema = kNoSchema;
};

struct ObjectRules {
  PropertyTable properties;
  std::vector<PatternProperty> patterns;
  std::vector<Dependency> dependencies;
  SchemaIndex additional = kNoSchema;
  SchemaIndex names = kNoSchema;
  SchemaIndex unevaluated = kNoSchema;
  std::uint64_t min_properties = 0;
  std::uint64_t max_properties = UINT64_MAX;
  std::size_t required = 0;     ///< How many names are.
  bool visits_members = false;  ///< Whether anything looks at the members one by one.
};

struct SchemaNode {
  std::uint8_t types = schema_type::kAny;
  bool never = false;            ///< The schema `false`.
  bool has_applicators = false;  ///< Any of the members after `object`.
  std::uint32_t resource = 0;    ///< For the dynamic scope.
  std::optional<json::value> constant;
  std::optional<json::array> choices;  ///< "enum".
  std::unique_ptr<NumberRules> number;
  std::unique_ptr<StringRules> string;
  std::unique_ptr<ArrayRules> array;
  std::unique_ptr<ObjectRules> object;
  SchemaIndex ref = kNoSchema;
  SchemaIndex dynamic_ref = kNoSchema;  ///< Where it leads before the dynamic scope is asked.
  std::uint32_t dynamic_name = 0;       ///< Place in Program::dynamic plus one; 0: static.
  SchemaIndex negated = kNoSchema;
  SchemaIndex condition = kNoSchema;
  SchemaIndex then_branch = kNoSchema;
  SchemaIndex else_branch = kNoSchema;
  std::vector<SchemaIndex> all_of, any_of, one_of;
};

struct JsonSchema::Program {
  std::vector<SchemaNode> nodes;
  SchemaIndex root = 0;
  bool collects = false;  ///< Some node has "unevaluatedProperties" or "unevaluatedItems".
  /// For every name of a "$dynamicAnchor" in use: its node by resource, or kNoSchema.
  std::vector<std::vector<SchemaIndex>> dynamic;
};

}  // namespace lr::text
