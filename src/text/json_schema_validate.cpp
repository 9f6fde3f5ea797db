// Runs a program over an instance. Nothing is allocated unless the schema asks for
// "unevaluated…", an array has to be checked for uniqueness, or the verdict is no.
#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "text/json_number.h"
#include "text/json_schema_program.h"

namespace lr::text {
namespace {

/// Nested subschemas plus nested values; a parsed document alone has at most kJsonDepth.
constexpr int kMaxDepth = 6 * static_cast<int>(limits::kJsonDepth);
constexpr std::size_t kQuotedNameBytes = 64;

/// Where in the instance: a chain of stack frames, rendered only when something fails.
struct Place {
  const Place* parent = nullptr;
  std::string_view name = {};
  std::size_t index = 0;
  bool is_item = false;
};

/// The resources entered on the way here, innermost first.
struct Scope {
  const Scope* parent;
  std::uint32_t resource;
};

/// Which members or items of one instance value some subschema has looked at.
class Evaluated {
 public:
  void mark(std::size_t i) {
    if (all_) return;
    if (marks_.size() <= i) marks_.resize(i + 1);
    marks_[i] = true;
  }
  void mark_all() { all_ = true; }
  bool has(std::size_t i) const { return all_ || (i < marks_.size() && marks_[i]); }
  void add(const Evaluated& other) {
    all_ = all_ || other.all_;
    for (std::size_t i = 0; i < other.marks_.size(); ++i) {
      if (other.marks_[i]) mark(i);
    }
  }

 private:
  bool all_ = false;
  std::vector<bool> marks_;
};

std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

std::uint8_t types_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return schema_type::kNull;
    case json::kind::bool_:
      return schema_type::kBoolean;
    case json::kind::object:
      return schema_type::kObject;
    case json::kind::array:
      return schema_type::kArray;
    case json::kind::string:
      return schema_type::kString;
    default:
      break;
  }
  return is_json_integer(value) ? schema_type::kNumber | schema_type::kInteger
                                : schema_type::kNumber;
}

/// Code points of valid UTF-8.
std::uint64_t length_of(std::string_view text) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

bool matches(const RE2& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

void render(const Place& place, std::string& out) {
  if (place.parent == nullptr) return;
  render(*place.parent, out);
  out += '/';
  if (place.is_item) {
    out += std::to_string(place.index);
    return;
  }
  for (const char c : place.name.substr(0, kQuotedNameBytes)) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 || c == '\x7f' ? '?' : c;
    }
  }
  if (place.name.size() > kQuotedNameBytes) out += "...";
}

class Evaluation {
 public:
  explicit Evaluation(const JsonSchema::Program& program) : program_(program) {}

  Result<> run(const json::value& instance) {
    const bool valid = check(program_.root, instance, Place(), "false", nullptr);
    if (exhausted_) {
      return fail(Code::kResourceExhausted, "validation takes too much work", Origin::kClient);
    }
    if (!valid) return fail(Code::kUnprocessable, std::move(failure_), Origin::kClient);
    return {};
  }

 private:
  bool refuse(std::string_view keyword, const Place& at) {
    if (silent_ == 0 && failure_.empty()) {
      render(at, failure_);
      if (failure_.empty()) failure_ = "the document";
      failure_ += ": ";
      failure_ += keyword;
    }
    return false;
  }

  bool spend(std::size_t steps) {
    steps_ += steps;
    if (steps_ > limits::kSchemaSteps) exhausted_ = true;
    return !exhausted_;
  }

  /// `via` is what to blame when the subschema is `false`.
  bool check(SchemaIndex index, const json::value& value, const Place& at, std::string_view via,
             Evaluated* seen) {
    if (!spend(1)) return false;
    const SchemaNode& node = program_.nodes[index];
    if (node.never) return refuse(via, at);
    if (node.types != schema_type::kAny && (node.types & types_of(value)) == 0) {
      return refuse("type", at);
    }
    if (depth_ >= kMaxDepth) {
      exhausted_ = true;
      return false;
    }
    ++depth_;
    const Scope* const outer = scope_;
    const Scope inner{outer, node.resource};
    const bool enters =
        !program_.dynamic.empty() && (outer == nullptr || outer->resource != node.resource);
    if (enters) scope_ = &inner;
    const bool valid = program_.collects ? check_collecting(node, value, at, seen)
                                         : check_rules(node, value, at, nullptr);
    scope_ = outer;
    --depth_;
    return valid;
  }

  /// "unevaluated…" sees what its own node evaluated, so such a node starts a set of its own.
  bool check_collecting(const SchemaNode& node, const json::value& value, const Place& at,
                        Evaluated* seen) {
    const bool object = value.is_object() && node.object && node.object->unevaluated != kNoSchema;
    const bool array = value.is_array() && node.array && node.array->unevaluated != kNoSchema;
    if (!object && !array) return check_rules(node, value, at, seen);
    Evaluated own;
    if (!check_rules(node, value, at, &own)) return false;
    if (object && !check_unevaluated_members(*node.object, value.get_object(), at, own)) {
      return false;
    }
    if (array && !check_unevaluated_items(*node.array, value.get_array(), at, own)) return false;
    if (seen != nullptr) seen->mark_all();
    return true;
  }

  bool check_rules(const SchemaNode& node, const json::value& value, const Place& at,
                   Evaluated* seen) {
    if (node.constant && !json_equals(value, *node.constant, steps_)) return refuse("const", at);
    if (node.choices && !is_choice(*node.choices, value)) return refuse("enum", at);
    if (node.string && value.is_string() &&
        !check_string(*node.string, view(value.get_string()), at)) {
      return false;
    }
    if (node.number && value.is_number() && !check_number(*node.number, value, at)) return false;
    if (node.object && value.is_object() && !check_object(*node.object, value, at, seen)) {
      return false;
    }
    if (node.array && value.is_array() && !check_array(*node.array, value.get_array(), at, seen)) {
      return false;
    }
    return !node.has_applicators || check_applicators(node, value, at, seen);
  }

  bool is_choice(const json::array& choices, const json::value& value) {
    return std::ranges::any_of(
        choices, [&](const json::value& choice) { return json_equals(value, choice, steps_); });
  }

  bool check_string(const StringRules& rules, std::string_view text, const Place& at) {
    // A text has at most as many code points as bytes and at least a quarter of that.
    if (text.size() / 4 < rules.min_length && length_of(text) < rules.min_length) {
      return refuse("minLength", at);
    }
    if (text.size() > rules.max_length && length_of(text) > rules.max_length) {
      return refuse("maxLength", at);
    }
    if (rules.pattern != nullptr) {
      if (!spend(text.size() / 64)) return false;
      if (!matches(*rules.pattern, text)) return refuse("pattern", at);
    }
    if (rules.format != nullptr && !rules.format(text)) return refuse("format", at);
    return true;
  }

  bool check_number(const NumberRules& rules, const json::value& number, const Place& at) {
    if (rules.minimum && compare_json_numbers(number, *rules.minimum) < 0) {
      return refuse("minimum", at);
    }
    if (rules.maximum && compare_json_numbers(number, *rules.maximum) > 0) {
      return refuse("maximum", at);
    }
    if (rules.exclusive_minimum && compare_json_numbers(number, *rules.exclusive_minimum) <= 0) {
      return refuse("exclusiveMinimum", at);
    }
    if (rules.exclusive_maximum && compare_json_numbers(number, *rules.exclusive_maximum) >= 0) {
      return refuse("exclusiveMaximum", at);
    }
    if (rules.multiple_of && !is_json_multiple(number, *rules.multiple_of)) {
      return refuse("multipleOf", at);
    }
    return true;
  }

  bool check_object(const ObjectRules& rules, const json::value& value, const Place& at,
                    Evaluated* seen) {
    const json::object& object = value.get_object();
    if (object.size() < rules.min_properties) return refuse("minProperties", at);
    if (object.size() > rules.max_properties) return refuse("maxProperties", at);
    if (rules.visits_members && !check_members(rules, object, at, seen)) return false;
    for (const Dependency& dependency : rules.dependencies) {
      if (!spend(1 + dependency.required.size())) return false;
      if (!object.contains(dependency.name)) continue;
      for (const std::string& name : dependency.required) {
        if (!object.contains(name)) return refuse(dependency.keyword, Place{&at, name});
      }
      if (dependency.schema != kNoSchema &&
          !check(dependency.schema, value, at, dependency.keyword, seen)) {
        return false;
      }
    }
    return true;
  }

  bool check_members(const ObjectRules& rules, const json::object& object, const Place& at,
                     Evaluated* seen) {
    std::size_t index = 0;
    std::size_t required = 0;
    for (const auto& [key, value] : object) {
      const std::string_view name = view(key);
      const Place place{&at, name};
      const PropertyTable::Entry* entry = rules.properties.find(name);
      if (entry != nullptr && entry->required >= 0) ++required;
      if (rules.names != kNoSchema && !check_name(rules.names, name, place)) return false;
      bool known = entry != nullptr && entry->schema != kNoSchema;
      if (known && !check(entry->schema, value, place, "properties", nullptr)) return false;
      for (const PatternProperty& pattern : rules.patterns) {
        if (!spend(1 + name.size() / 64)) return false;
        if (!matches(*pattern.pattern, name)) continue;
        known = true;
        if (!check(pattern.schema, value, place, "patternProperties", nullptr)) return false;
      }
      if (!known && rules.additional != kNoSchema) {
        known = true;
        if (!check(rules.additional, value, place, "additionalProperties", nullptr)) return false;
      }
      if (known && seen != nullptr) seen->mark(index);
      ++index;
    }
    return required == rules.required || refuse_missing(rules, object, at);
  }

  bool check_name(SchemaIndex names, std::string_view name, const Place& place) {
    // The name as a value: only this keyword pays for the copy.
    const json::value as_value(json::string_view(name.data(), name.size()));
    return check(names, as_value, place, "propertyNames", nullptr);
  }

  bool refuse_missing(const ObjectRules& rules, const json::object& object, const Place& at) {
    for (const PropertyTable::Entry& entry : rules.properties.entries()) {
      if (entry.required >= 0 && !object.contains(entry.name)) {
        return refuse("required", Place{&at, entry.name});
      }
    }
    return refuse("required", at);
  }

  bool check_array(const ArrayRules& rules, const json::array& array, const Place& at,
                   Evaluated* seen) {
    if (array.size() < rules.min_items) return refuse("minItems", at);
    if (array.size() > rules.max_items) return refuse("maxItems", at);
    const std::size_t prefix = std::min(rules.prefix.size(), array.size());
    for (std::size_t i = 0; i < prefix; ++i) {
      const Place place{&at, {}, i, true};
      if (!check(rules.prefix[i], array[i], place, "prefixItems", nullptr)) return false;
      if (seen != nullptr) seen->mark(i);
    }
    if (rules.items != kNoSchema) {
      const std::string_view via = rules.items_is_additional ? "additionalItems" : "items";
      for (std::size_t i = prefix; i < array.size(); ++i) {
        if (!check(rules.items, array[i], Place{&at, {}, i, true}, via, nullptr)) return false;
      }
      if (seen != nullptr) seen->mark_all();
    }
    if (rules.contains != kNoSchema && !check_contains(rules, array, at, seen)) return false;
    return !rules.unique || are_unique(array) || refuse("uniqueItems", at);
  }

  bool check_contains(const ArrayRules& rules, const json::array& array, const Place& at,
                      Evaluated* seen) {
    std::uint64_t found = 0;
    ++silent_;
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (!check(rules.contains, array[i], Place{&at, {}, i, true}, "contains", nullptr)) continue;
      ++found;
      if (seen != nullptr && rules.contains_evaluates) seen->mark(i);
    }
    --silent_;
    if (found < rules.min_contains) {
      return refuse(rules.min_contains == 1 ? "contains" : "minContains", at);
    }
    return found <= rules.max_contains || refuse("maxContains", at);
  }

  bool are_unique(const json::array& array) {
    constexpr std::size_t kFew = 12;
    if (array.size() <= kFew) {
      for (std::size_t i = 1; i < array.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          if (json_equals(array[i], array[j], steps_)) return false;
        }
      }
      return true;
    }
    std::vector<std::pair<std::uint64_t, const json::value*>> items;
    items.reserve(array.size());
    for (const json::value& item : array) items.emplace_back(json_hash(item, steps_), &item);
    std::ranges::sort(items);
    for (std::size_t i = 1; i < items.size(); ++i) {
      // Only equal hashes can be equal; too many of them are an attack, and steps run out.
      for (std::size_t j = i; j > 0 && items[j - 1].first == items[i].first; --j) {
        if (!spend(1)) return false;
        if (json_equals(*items[j - 1].second, *items[i].second, steps_)) return false;
      }
    }
    return true;
  }

  bool check_unevaluated_members(const ObjectRules& rules, const json::object& object,
                                 const Place& at, const Evaluated& own) {
    std::size_t index = 0;
    for (const auto& [key, value] : object) {
      if (own.has(index++)) continue;
      if (!check(rules.unevaluated, value, Place{&at, view(key)}, "unevaluatedProperties",
                 nullptr)) {
        return false;
      }
    }
    return true;
  }

  bool check_unevaluated_items(const ArrayRules& rules, const json::array& array, const Place& at,
                               const Evaluated& own) {
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (own.has(i)) continue;
      if (!check(rules.unevaluated, array[i], Place{&at, {}, i, true}, "unevaluatedItems",
                 nullptr)) {
        return false;
      }
    }
    return true;
  }

  bool check_applicators(const SchemaNode& node, const json::value& value, const Place& at,
                         Evaluated* seen) {
    if (node.ref != kNoSchema && !check(node.ref, value, at, "$ref", seen)) return false;
    if (node.dynamic_ref != kNoSchema &&
        !check(dynamic_target(node), value, at, "$dynamicRef", seen)) {
      return false;
    }
    for (const SchemaIndex index : node.all_of) {
      if (!check(index, value, at, "allOf", seen)) return false;
    }
    if (!node.any_of.empty() && !check_any(node.any_of, value, at, seen)) return false;
    if (!node.one_of.empty() && !check_one(node.one_of, value, at, seen)) return false;
    if (node.negated != kNoSchema && check_silently(node.negated, value, at, nullptr)) {
      return refuse("not", at);
    }
    return node.condition == kNoSchema || check_condition(node, value, at, seen);
  }

  /// What the subschema evaluated counts only when it is valid.
  bool check_silently(SchemaIndex index, const json::value& value, const Place& at,
                      Evaluated* seen) {
    Evaluated own;
    ++silent_;
    const bool valid = check(index, value, at, "", seen == nullptr ? nullptr : &own);
    --silent_;
    if (valid && seen != nullptr) seen->add(own);
    return valid;
  }

  bool check_any(const std::vector<SchemaIndex>& branches, const json::value& value,
                 const Place& at, Evaluated* seen) {
    bool valid = false;
    for (const SchemaIndex index : branches) {
      valid = check_silently(index, value, at, seen) || valid;
      if (valid && seen == nullptr) return true;
    }
    return valid || refuse("anyOf", at);
  }

  bool check_one(const std::vector<SchemaIndex>& branches, const json::value& value,
                 const Place& at, Evaluated* seen) {
    int valid = 0;
    for (const SchemaIndex index : branches) {
      if (check_silently(index, value, at, seen)) ++valid;
      if (valid > 1) break;
    }
    return valid == 1 || refuse("oneOf", at);
  }

  bool check_condition(const SchemaNode& node, const json::value& value, const Place& at,
                       Evaluated* seen) {
    const bool holds = check_silently(node.condition, value, at, seen);
    const SchemaIndex branch = holds ? node.then_branch : node.else_branch;
    return branch == kNoSchema || check(branch, value, at, holds ? "then" : "else", seen);
  }

  /// Section 8.2.3.2 of the 2020-12 core: the outermost resource of the dynamic scope that has an
  /// anchor of that name wins.
  SchemaIndex dynamic_target(const SchemaNode& node) const {
    SchemaIndex target = node.dynamic_ref;
    if (node.dynamic_name == 0) return target;
    const auto& by_resource = program_.dynamic[node.dynamic_name - 1];
    for (const Scope* scope = scope_; scope != nullptr; scope = scope->parent) {
      if (by_resource[scope->resource] != kNoSchema) target = by_resource[scope->resource];
    }
    return target;
  }

  const JsonSchema::Program& program_;
  const Scope* scope_ = nullptr;
  std::size_t steps_ = 0;
  int depth_ = 0;
  int silent_ = 0;
  bool exhausted_ = false;
  std::string failure_;
};

}  // namespace

Result<> JsonSchema::validate(const json::value& instance) const {
  return Evaluation(*program_).run(instance);
}

}  // namespace lr::text
