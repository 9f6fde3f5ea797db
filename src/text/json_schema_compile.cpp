#include "text/json_schema_compile.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace lr::text {
namespace {

/// FNV-1a; the names are those of the schema's author.
std::uint32_t hash_name(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash ^ (hash >> 15);
}

std::unexpected<Error> refuse_at(std::string_view pointer, std::string_view why) {
  return fail(Code::kInvalidArgument,
              fmt::format("{}: {}", pointer.empty() ? "the schema" : pointer, why),
              Origin::kContract);
}

void finish_object(ObjectRules& object) {
  object.properties.build();
  object.visits_members = !object.properties.entries().empty() || !object.patterns.empty() ||
                          object.additional != kNoSchema || object.names != kNoSchema;
}

/// The subschemas that are applied to the same instance as the node itself.
std::vector<SchemaIndex> in_place_children(const SchemaNode& node) {
  std::vector<SchemaIndex> out;
  for (const auto* list : {&node.all_of, &node.any_of, &node.one_of}) {
    out.insert(out.end(), list->begin(), list->end());
  }
  for (const SchemaIndex one :
       {node.ref, node.negated, node.condition, node.then_branch, node.else_branch,
        node.dynamic_name == 0 ? node.dynamic_ref : kNoSchema}) {
    if (one != kNoSchema) out.push_back(one);
  }
  if (node.object != nullptr) {
    for (const Dependency& dependency : node.object->dependencies) {
      if (dependency.schema != kNoSchema) out.push_back(dependency.schema);
    }
  }
  return out;
}

}  // namespace

PropertyTable::Entry& PropertyTable::at(std::string_view name) {
  for (Entry& entry : entries_) {
    if (entry.name == name) return entry;
  }
  return entries_.emplace_back(Entry{.name = std::string(name)});
}

void PropertyTable::build() {
  if (entries_.empty()) return;
  std::size_t size = 4;
  while (size < entries_.size() * 2) size *= 2;
  slots_.assign(size, 0);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::size_t slot = hash_name(entries_[i].name) & (size - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = i + 1;
  }
}

const PropertyTable::Entry* PropertyTable::find(std::string_view name) const {
  if (slots_.empty()) return nullptr;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash_name(name) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Entry& entry = entries_[slots_[slot] - 1];
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::unexpected<Error> KeywordSite::refuse(std::string_view why) const {
  return refuse_at(pointer, fmt::format("keyword \"{}\": {}", keyword, why));
}

Result<SchemaIndex> KeywordSite::child_of(const json::value& schema_value, std::string_view at,
                                          std::string_view token) const {
  std::string child_pointer = append_pointer(pointer, at);
  // A name may be empty, so its presence is told by the kind of the keyword.
  if (&schema_value != schema.if_contains(at)) child_pointer = append_pointer(child_pointer, token);
  return compiler.node_of(schema_value, resource, std::move(child_pointer));
}

Result<> SchemaCompiler::run(const json::value& root) {
  LR_TRY(const std::uint32_t resource, documents_.add(root, ""));
  LR_TRY(program_.root, node_of(root, resource, ""));
  LR_TRY_VOID(drain());
  LR_TRY_VOID(link_dynamic_names());
  return refuse_loops();
}

Result<SchemaIndex> SchemaCompiler::node_of(const json::value& schema, std::uint32_t resource,
                                            std::string pointer) {
  const auto known = nodes_.find(&schema);
  if (known != nodes_.end()) return known->second;
  if (!schema.is_object() && !schema.is_bool()) return refuse_at(pointer, "is not a schema");
  if (program_.nodes.size() >= limits::kSchemaNodes) {
    return refuse_at(pointer, "the schema has too many subschemas");
  }
  const auto index = static_cast<SchemaIndex>(program_.nodes.size());
  program_.nodes.emplace_back();
  pointers_.push_back(pointer);
  nodes_.emplace(&schema, index);
  pending_.push_back({&schema, documents_.owner(schema, resource), std::move(pointer), index});
  return index;
}

Result<SchemaTarget> SchemaCompiler::follow(const KeywordSite& site) {
  if (!site.value.is_string()) return site.refuse("is not a string");
  const json::string& reference = site.value.get_string();
  auto target = documents_.resolve(site.resource, {reference.data(), reference.size()});
  if (!target) return site.refuse(target.error().detail());
  return target;
}

std::uint32_t SchemaCompiler::dynamic_name(const std::string& name) {
  const auto [at, fresh] =
      dynamic_names_.emplace(name, static_cast<std::uint32_t>(dynamic_names_.size()));
  return at->second;
}

Result<> SchemaCompiler::drain() {
  while (!pending_.empty()) {
    const Work work = std::move(pending_.back());
    pending_.pop_back();
    LR_TRY_VOID(fill(work));
  }
  return {};
}

Result<> SchemaCompiler::fill(const Work& work) {
  SchemaNode node;
  node.resource = work.resource;
  if (const bool* everything = work.schema->if_bool()) node.never = !*everything;
  if (const json::object* schema = work.schema->if_object()) {
    for (const auto& [keyword, value] : *schema) {
      LR_TRY_VOID(fill_keyword(work, keyword, value, node));
    }
  }
  if (node.object != nullptr) {
    finish_object(*node.object);
    program_.collects = program_.collects || node.object->unevaluated != kNoSchema;
  }
  if (node.array != nullptr) {
    program_.collects = program_.collects || node.array->unevaluated != kNoSchema;
  }
  node.has_applicators = node.dynamic_ref != kNoSchema || !in_place_children(node).empty();
  program_.nodes[work.index] = std::move(node);
  return {};
}

Result<> SchemaCompiler::fill_keyword(const Work& work, std::string_view keyword,
                                      const json::value& value, SchemaNode& node) {
  const SchemaVocabulary& vocabulary = documents_.resource(work.resource).vocabulary;
  const json::object& schema = work.schema->get_object();
  const KeywordSite site{.compiler = *this,
                         .node = node,
                         .schema = schema,
                         .value = value,
                         .keyword = keyword,
                         .pointer = work.pointer,
                         .resource = work.resource,
                         .dialect = vocabulary.dialect};
  const SchemaKeyword* known = find_schema_keyword(keyword, vocabulary);
  if (known == nullptr) {
    if (options().allow_unknown_keywords) return {};
    return refuse_at(work.pointer, fmt::format("keyword \"{}\" is not supported", keyword));
  }
  if (known->handler == nullptr) return {};
  if (vocabulary.dialect == SchemaDialect::kDraft7 && keyword != "$ref" &&
      schema.contains("$ref")) {
    if (options().allow_unknown_keywords) return {};
    return site.refuse("draft 7 ignores it beside \"$ref\"");
  }
  return known->handler(site);
}

/// A name may lead to new nodes, which may use further names and open further documents.
Result<> SchemaCompiler::link_dynamic_names() {
  std::size_t linked_names = 0;
  std::size_t linked_resources = 0;
  while (linked_names != dynamic_names_.size() || linked_resources != documents_.size()) {
    linked_names = dynamic_names_.size();
    linked_resources = documents_.size();
    program_.dynamic.assign(linked_names, {});
    const auto names = dynamic_names_;
    for (const auto& [name, place] : names) {
      auto& by_resource = program_.dynamic[place];
      by_resource.assign(linked_resources, kNoSchema);
      for (std::uint32_t r = 0; r < linked_resources; ++r) {
        const auto& anchors = documents_.resource(r).dynamic_anchors;
        const auto anchor = anchors.find(name);
        if (anchor == anchors.end()) continue;
        LR_TRY(by_resource[r], node_of(*anchor->second, r, "#" + name));
      }
    }
    LR_TRY_VOID(drain());
  }
  return {};
}

/// A schema that reaches itself without moving on in the instance would never end.
Result<> SchemaCompiler::refuse_loops() const {
  enum class Colour : std::uint8_t { kNew, kOpen, kDone };
  std::vector<Colour> colours(program_.nodes.size(), Colour::kNew);
  struct Step {
    SchemaIndex node;
    std::vector<SchemaIndex> next;
  };
  for (SchemaIndex start = 0; start < program_.nodes.size(); ++start) {
    if (colours[start] != Colour::kNew) continue;
    std::vector<Step> path;
    path.push_back({start, in_place_children(program_.nodes[start])});
    colours[start] = Colour::kOpen;
    while (!path.empty()) {
      if (path.back().next.empty()) {
        colours[path.back().node] = Colour::kDone;
        path.pop_back();
        continue;
      }
      const SchemaIndex next = path.back().next.back();
      path.back().next.pop_back();
      if (colours[next] == Colour::kOpen) {
        return refuse_at(pointers_[next], "the schema refers to itself without end");
      }
      if (colours[next] == Colour::kDone) continue;
      colours[next] = Colour::kOpen;
      path.push_back({next, in_place_children(program_.nodes[next])});
    }
  }
  return {};
}

}  // namespace lr::text
