// What every keyword means when a schema is compiled: one small function each, and the table.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "text/json_number.h"
#include "text/json_schema_compile.h"
#include "text/json_schema_pattern.h"

namespace lr::text {
namespace {

template <class Rules>
Rules& rules(std::unique_ptr<Rules>& slot) {
  if (slot == nullptr) slot = std::make_unique<Rules>();
  return *slot;
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

/// A non-negative integer, also when spelled 2.0.
Result<std::uint64_t> count(const KeywordSite& site, const json::value& value) {
  if (!value.is_number() || !is_json_integer(value)) return site.refuse("is not an integer");
  if (compare_json_numbers(value, json::value(0)) < 0) return site.refuse("is negative");
  if (value.is_double()) {
    return static_cast<std::uint64_t>(std::min(value.get_double(), 9007199254740992.0));
  }
  return value.to_number<std::uint64_t>();
}

Result<> set_count(const KeywordSite& site, std::uint64_t& limit) {
  LR_TRY(limit, count(site, site.value));
  return {};
}

Result<> set_number(const KeywordSite& site, std::optional<json::value>& bound) {
  if (!site.value.is_number()) return site.refuse("is not a number");
  bound = site.value;
  return {};
}

Result<std::uint8_t> type_bit(const KeywordSite& site, const json::value& name) {
  constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> bits = {
      {{"null", schema_type::kNull},
       {"boolean", schema_type::kBoolean},
       {"object", schema_type::kObject},
       {"array", schema_type::kArray},
       {"string", schema_type::kString},
       {"number", schema_type::kNumber},
       {"integer", schema_type::kInteger}}};
  if (!name.is_string()) return site.refuse("is not a type name");
  const auto* found =
      std::ranges::find(bits, view(name.get_string()), &decltype(bits)::value_type::first);
  if (found == bits.end()) return site.refuse("is not a type name");
  return found->second;
}

Result<> on_type(const KeywordSite& site) {
  if (!site.value.is_array()) {
    LR_TRY(site.node.types, type_bit(site, site.value));
    return {};
  }
  unsigned types = 0;
  for (const json::value& name : site.value.get_array()) {
    LR_TRY(const std::uint8_t bit, type_bit(site, name));
    types |= bit;
  }
  if (types == 0) return site.refuse("allows no type");
  site.node.types = static_cast<std::uint8_t>(types);
  return {};
}

Result<> on_enum(const KeywordSite& site) {
  if (!site.value.is_array()) return site.refuse("is not an array");
  site.node.choices = site.value.get_array();
  return {};
}

Result<> on_const(const KeywordSite& site) {
  site.node.constant = site.value;
  return {};
}

Result<> on_multiple_of(const KeywordSite& site) {
  LR_TRY_VOID(set_number(site, rules(site.node.number).multiple_of));
  if (compare_json_numbers(site.value, json::value(0)) > 0) return {};
  return site.refuse("is not positive");
}

Result<> on_maximum(const KeywordSite& site) {
  return set_number(site, rules(site.node.number).maximum);
}

Result<> on_minimum(const KeywordSite& site) {
  return set_number(site, rules(site.node.number).minimum);
}

Result<> on_exclusive_maximum(const KeywordSite& site) {
  return set_number(site, rules(site.node.number).exclusive_maximum);
}

Result<> on_exclusive_minimum(const KeywordSite& site) {
  return set_number(site, rules(site.node.number).exclusive_minimum);
}

Result<> on_max_length(const KeywordSite& site) {
  return set_count(site, rules(site.node.string).max_length);
}

Result<> on_min_length(const KeywordSite& site) {
  return set_count(site, rules(site.node.string).min_length);
}

Result<std::unique_ptr<const RE2>> regex(const KeywordSite& site, std::string_view pattern) {
  auto translated = ecma_to_re2(pattern);
  if (!translated) return site.refuse(translated.error().detail());
  auto compiled = std::make_unique<RE2>(*translated, RE2::Quiet);
  if (!compiled->ok()) return site.refuse(compiled->error());
  return std::unique_ptr<const RE2>(std::move(compiled));
}

Result<> on_pattern(const KeywordSite& site) {
  if (!site.value.is_string()) return site.refuse("is not a string");
  LR_TRY(rules(site.node.string).pattern, regex(site, view(site.value.get_string())));
  return {};
}

Result<> on_format(const KeywordSite& site) {
  if (!site.value.is_string()) return site.refuse("is not a string");
  if (!site.compiler.options().assert_format) return {};
  const FormatCheck check = find_format(view(site.value.get_string()));
  if (check == nullptr) {
    return site.refuse(
        fmt::format("format \"{}\" cannot be asserted", view(site.value.get_string())));
  }
  rules(site.node.string).format = check;
  return {};
}

Result<> on_max_items(const KeywordSite& site) {
  return set_count(site, rules(site.node.array).max_items);
}

Result<> on_min_items(const KeywordSite& site) {
  return set_count(site, rules(site.node.array).min_items);
}

Result<> on_unique_items(const KeywordSite& site) {
  if (!site.value.is_bool()) return site.refuse("is not true or false");
  rules(site.node.array).unique = site.value.get_bool();
  return {};
}

/// Without "contains" the two counts mean nothing, so they are read here.
Result<> on_contains(const KeywordSite& site) {
  ArrayRules& array = rules(site.node.array);
  LR_TRY(array.contains, site.child());
  if (site.dialect == SchemaDialect::kDraft7) return {};
  array.contains_evaluates = true;
  if (const json::value* least = site.schema.if_contains("minContains")) {
    LR_TRY(array.min_contains, count(site, *least));
  }
  if (const json::value* most = site.schema.if_contains("maxContains")) {
    LR_TRY(array.max_contains, count(site, *most));
  }
  return {};
}

Result<std::vector<SchemaIndex>> children(const KeywordSite& site, bool may_be_empty) {
  if (!site.value.is_array()) return site.refuse("is not an array");
  const json::array& list = site.value.get_array();
  if (list.empty() && !may_be_empty) return site.refuse("is empty");
  std::vector<SchemaIndex> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    LR_TRY(const SchemaIndex index, site.child_of(list[i], site.keyword, std::to_string(i)));
    out.push_back(index);
  }
  return out;
}

Result<> on_prefix_items(const KeywordSite& site) {
  LR_TRY(rules(site.node.array).prefix, children(site, false));
  return {};
}

Result<> on_items(const KeywordSite& site) {
  ArrayRules& array = rules(site.node.array);
  if (site.dialect == SchemaDialect::kDraft202012 || !site.value.is_array()) {
    LR_TRY(array.items, site.child());
    return {};
  }
  LR_TRY(array.prefix, children(site, true));
  const json::value* additional = site.schema.if_contains("additionalItems");
  if (additional != nullptr) {
    LR_TRY(array.items, site.child_of(*additional, "additionalItems", ""));
    array.items_is_additional = true;
  }
  return {};
}

Result<> on_unevaluated_items(const KeywordSite& site) {
  LR_TRY(rules(site.node.array).unevaluated, site.child());
  return {};
}

Result<> on_max_properties(const KeywordSite& site) {
  return set_count(site, rules(site.node.object).max_properties);
}

Result<> on_min_properties(const KeywordSite& site) {
  return set_count(site, rules(site.node.object).min_properties);
}

Result<> on_required(const KeywordSite& site) {
  if (!site.value.is_array()) return site.refuse("is not an array");
  ObjectRules& object = rules(site.node.object);
  for (const json::value& name : site.value.get_array()) {
    if (!name.is_string()) return site.refuse("is not an array of names");
    auto& entry = object.properties.at(view(name.get_string()));
    if (entry.required < 0) entry.required = static_cast<int>(object.required++);
  }
  return {};
}

Result<const json::object*> map_of(const KeywordSite& site) {
  if (!site.value.is_object()) return site.refuse("is not an object");
  return &site.value.get_object();
}

Result<> on_properties(const KeywordSite& site) {
  LR_TRY(const json::object* map, map_of(site));
  for (const auto& [name, schema] : *map) {
    LR_TRY(const SchemaIndex index, site.child_of(schema, site.keyword, name));
    rules(site.node.object).properties.at(name).schema = index;
  }
  return {};
}

Result<> on_pattern_properties(const KeywordSite& site) {
  LR_TRY(const json::object* map, map_of(site));
  for (const auto& [pattern, schema] : *map) {
    LR_TRY(auto compiled, regex(site, pattern));
    LR_TRY(const SchemaIndex index, site.child_of(schema, site.keyword, pattern));
    rules(site.node.object).patterns.push_back({std::move(compiled), index});
  }
  return {};
}

Result<> on_additional_properties(const KeywordSite& site) {
  LR_TRY(rules(site.node.object).additional, site.child());
  return {};
}

Result<> on_property_names(const KeywordSite& site) {
  LR_TRY(rules(site.node.object).names, site.child());
  return {};
}

Result<> on_unevaluated_properties(const KeywordSite& site) {
  LR_TRY(rules(site.node.object).unevaluated, site.child());
  return {};
}

Result<> add_required_names(const KeywordSite& site, const json::value& names, Dependency& out) {
  if (!names.is_array()) return site.refuse("is not an object of arrays of names");
  for (const json::value& name : names.get_array()) {
    if (!name.is_string()) return site.refuse("is not an object of arrays of names");
    out.required.emplace_back(view(name.get_string()));
  }
  return {};
}

/// "dependentRequired", "dependentSchemas" and draft 7's "dependencies", which is both.
Result<> on_dependencies(const KeywordSite& site) {
  LR_TRY(const json::object* map, map_of(site));
  for (const auto& [name, value] : *map) {
    Dependency dependency{.name = name, .required = {}};
    const bool draft7 = site.keyword == "dependencies";
    const bool names = draft7 ? value.is_array() : site.keyword == "dependentRequired";
    const char* current = names ? "dependentRequired" : "dependentSchemas";
    dependency.keyword = draft7 ? "dependencies" : current;
    if (names) {
      LR_TRY_VOID(add_required_names(site, value, dependency));
    } else {
      LR_TRY(dependency.schema, site.child_of(value, site.keyword, name));
    }
    rules(site.node.object).dependencies.push_back(std::move(dependency));
  }
  return {};
}

Result<> on_all_of(const KeywordSite& site) {
  LR_TRY(site.node.all_of, children(site, false));
  return {};
}

Result<> on_any_of(const KeywordSite& site) {
  LR_TRY(site.node.any_of, children(site, false));
  return {};
}

Result<> on_one_of(const KeywordSite& site) {
  LR_TRY(site.node.one_of, children(site, false));
  return {};
}

Result<> on_not(const KeywordSite& site) {
  LR_TRY(site.node.negated, site.child());
  return {};
}

/// Without "if" the other two mean nothing, so they are read here.
Result<> on_if(const KeywordSite& site) {
  LR_TRY(site.node.condition, site.child());
  if (const json::value* branch = site.schema.if_contains("then")) {
    LR_TRY(site.node.then_branch, site.child_of(*branch, "then", ""));
  }
  if (const json::value* branch = site.schema.if_contains("else")) {
    LR_TRY(site.node.else_branch, site.child_of(*branch, "else", ""));
  }
  return {};
}

Result<> on_ref(const KeywordSite& site) {
  LR_TRY(const SchemaTarget target, site.compiler.follow(site));
  LR_TRY(site.node.ref,
         site.compiler.node_of(*target.schema, target.resource, std::string(site.pointer)));
  return {};
}

Result<> on_dynamic_ref(const KeywordSite& site) {
  LR_TRY(const SchemaTarget target, site.compiler.follow(site));
  LR_TRY(site.node.dynamic_ref,
         site.compiler.node_of(*target.schema, target.resource, std::string(site.pointer)));
  if (!target.dynamic_name.empty()) {
    site.node.dynamic_name = site.compiler.dynamic_name(target.dynamic_name) + 1;
  }
  return {};
}

using Part = SchemaKeyword::Part;
using In = SchemaKeyword::In;

constexpr std::array kKeywords = std::to_array<SchemaKeyword>({
    {"$ref", Part::kCore, In::kBoth, on_ref},
    {"$dynamicRef", Part::kCore, In::k2020, on_dynamic_ref},
    {"$schema", Part::kCore, In::kBoth, nullptr},
    {"$id", Part::kCore, In::kBoth, nullptr},
    {"$anchor", Part::kCore, In::k2020, nullptr},
    {"$dynamicAnchor", Part::kCore, In::k2020, nullptr},
    {"$vocabulary", Part::kCore, In::k2020, nullptr},
    {"$comment", Part::kCore, In::kBoth, nullptr},
    {"$defs", Part::kCore, In::kBoth, nullptr},
    {"definitions", Part::kCore, In::kBoth, nullptr},
    {"title", Part::kCore, In::kBoth, nullptr},
    {"description", Part::kCore, In::kBoth, nullptr},
    {"default", Part::kCore, In::kBoth, nullptr},
    {"deprecated", Part::kCore, In::kBoth, nullptr},
    {"readOnly", Part::kCore, In::kBoth, nullptr},
    {"writeOnly", Part::kCore, In::kBoth, nullptr},
    {"examples", Part::kCore, In::kBoth, nullptr},
    {"contentEncoding", Part::kCore, In::kBoth, nullptr},
    {"contentMediaType", Part::kCore, In::kBoth, nullptr},
    {"contentSchema", Part::kCore, In::k2020, nullptr},
    {"format", Part::kCore, In::kBoth, on_format},
    {"type", Part::kValidation, In::kBoth, on_type},
    {"enum", Part::kValidation, In::kBoth, on_enum},
    {"const", Part::kValidation, In::kBoth, on_const},
    {"multipleOf", Part::kValidation, In::kBoth, on_multiple_of},
    {"maximum", Part::kValidation, In::kBoth, on_maximum},
    {"exclusiveMaximum", Part::kValidation, In::kBoth, on_exclusive_maximum},
    {"minimum", Part::kValidation, In::kBoth, on_minimum},
    {"exclusiveMinimum", Part::kValidation, In::kBoth, on_exclusive_minimum},
    {"maxLength", Part::kValidation, In::kBoth, on_max_length},
    {"minLength", Part::kValidation, In::kBoth, on_min_length},
    {"pattern", Part::kValidation, In::kBoth, on_pattern},
    {"maxItems", Part::kValidation, In::kBoth, on_max_items},
    {"minItems", Part::kValidation, In::kBoth, on_min_items},
    {"uniqueItems", Part::kValidation, In::kBoth, on_unique_items},
    {"maxContains", Part::kValidation, In::k2020, nullptr},
    {"minContains", Part::kValidation, In::k2020, nullptr},
    {"maxProperties", Part::kValidation, In::kBoth, on_max_properties},
    {"minProperties", Part::kValidation, In::kBoth, on_min_properties},
    {"required", Part::kValidation, In::kBoth, on_required},
    {"dependentRequired", Part::kValidation, In::k2020, on_dependencies},
    {"properties", Part::kApplicator, In::kBoth, on_properties},
    {"patternProperties", Part::kApplicator, In::kBoth, on_pattern_properties},
    {"additionalProperties", Part::kApplicator, In::kBoth, on_additional_properties},
    {"propertyNames", Part::kApplicator, In::kBoth, on_property_names},
    {"items", Part::kApplicator, In::kBoth, on_items},
    {"prefixItems", Part::kApplicator, In::k2020, on_prefix_items},
    {"additionalItems", Part::kApplicator, In::k7, nullptr},
    {"contains", Part::kApplicator, In::kBoth, on_contains},
    {"allOf", Part::kApplicator, In::kBoth, on_all_of},
    {"anyOf", Part::kApplicator, In::kBoth, on_any_of},
    {"oneOf", Part::kApplicator, In::kBoth, on_one_of},
    {"not", Part::kApplicator, In::kBoth, on_not},
    {"if", Part::kApplicator, In::kBoth, on_if},
    {"then", Part::kApplicator, In::kBoth, nullptr},
    {"else", Part::kApplicator, In::kBoth, nullptr},
    {"dependentSchemas", Part::kApplicator, In::k2020, on_dependencies},
    {"dependencies", Part::kApplicator, In::k7, on_dependencies},
    {"unevaluatedItems", Part::kUnevaluated, In::k2020, on_unevaluated_items},
    {"unevaluatedProperties", Part::kUnevaluated, In::k2020, on_unevaluated_properties},
});

bool is_on(Part part, const SchemaVocabulary& vocabulary) {
  switch (part) {
    case Part::kValidation:
      return vocabulary.validation;
    case Part::kApplicator:
      return vocabulary.applicator;
    case Part::kUnevaluated:
      return vocabulary.unevaluated;
    case Part::kCore:
      break;
  }
  return true;
}

}  // namespace

const SchemaKeyword* find_schema_keyword(std::string_view name,
                                         const SchemaVocabulary& vocabulary) {
  const auto* found = std::ranges::find(kKeywords, name, &SchemaKeyword::name);
  if (found == kKeywords.end() || !is_on(found->part, vocabulary)) return nullptr;
  const In here = vocabulary.dialect == SchemaDialect::kDraft7 ? In::k7 : In::k2020;
  return found->in == In::kBoth || found->in == here ? found : nullptr;
}

}  // namespace lr::text
