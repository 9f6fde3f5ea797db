#include "text/json_schema_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/json_schema_uri.h"

namespace lr::text {
namespace {

constexpr std::string_view kDraft202012 = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view kDraft7 = "http://json-schema.org/draft-07/schema";
constexpr std::string_view kVocabularies = "https://json-schema.org/draft/2020-12/vocab/";

std::unexpected<Error> refuse(std::string_view pointer, std::string why) {
  return fail(Code::kInvalidArgument,
              fmt::format("{}: {}", pointer.empty() ? "the schema" : pointer, why),
              Origin::kContract);
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

/// The text of a member; nullopt when absent or not a string.
std::optional<std::string_view> text_of(const json::value& schema, std::string_view name) {
  const json::object* object = schema.if_object();
  const json::value* member = object == nullptr ? nullptr : object->if_contains(name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return view(member->get_string());
}

/// In draft 7, "$ref" hides everything beside it.
bool is_bare_reference(const json::value& schema, SchemaDialect dialect) {
  return dialect == SchemaDialect::kDraft7 && text_of(schema, "$ref").has_value();
}

struct ShapeRow {
  std::string_view keyword;
  SubschemaShape draft202012;
  SubschemaShape draft7;
};

constexpr std::array<ShapeRow, 22> kShapes = {{
    {"$defs", SubschemaShape::kMap, SubschemaShape::kMap},
    {"definitions", SubschemaShape::kMap, SubschemaShape::kMap},
    {"properties", SubschemaShape::kMap, SubschemaShape::kMap},
    {"patternProperties", SubschemaShape::kMap, SubschemaShape::kMap},
    {"dependentSchemas", SubschemaShape::kMap, SubschemaShape::kNone},
    {"dependencies", SubschemaShape::kNone, SubschemaShape::kMap},
    {"allOf", SubschemaShape::kList, SubschemaShape::kList},
    {"anyOf", SubschemaShape::kList, SubschemaShape::kList},
    {"oneOf", SubschemaShape::kList, SubschemaShape::kList},
    {"prefixItems", SubschemaShape::kList, SubschemaShape::kNone},
    {"items", SubschemaShape::kOne, SubschemaShape::kOneOrList},
    {"additionalItems", SubschemaShape::kNone, SubschemaShape::kOne},
    {"contains", SubschemaShape::kOne, SubschemaShape::kOne},
    {"additionalProperties", SubschemaShape::kOne, SubschemaShape::kOne},
    {"propertyNames", SubschemaShape::kOne, SubschemaShape::kOne},
    {"unevaluatedItems", SubschemaShape::kOne, SubschemaShape::kNone},
    {"unevaluatedProperties", SubschemaShape::kOne, SubschemaShape::kNone},
    {"not", SubschemaShape::kOne, SubschemaShape::kOne},
    {"if", SubschemaShape::kOne, SubschemaShape::kOne},
    {"then", SubschemaShape::kOne, SubschemaShape::kOne},
    {"else", SubschemaShape::kOne, SubschemaShape::kOne},
    {"contentSchema", SubschemaShape::kOne, SubschemaShape::kNone},
}};

bool is_schema(const json::value& value) { return value.is_object() || value.is_bool(); }

}  // namespace

SubschemaShape subschema_shape(std::string_view keyword, SchemaDialect dialect) {
  const auto* row = std::ranges::find(kShapes, keyword, &ShapeRow::keyword);
  if (row == kShapes.end()) return SubschemaShape::kNone;
  return dialect == SchemaDialect::kDraft7 ? row->draft7 : row->draft202012;
}

std::string append_pointer(std::string_view pointer, std::string_view token) {
  std::string out(pointer);
  out += '/';
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

Result<std::uint32_t> SchemaDocuments::add(const json::value& document, std::string uri) {
  LR_TRY(const std::uint32_t first, open(std::move(uri), document, kNoResource));
  std::vector<Place> pending = {{&document, first, ""}};
  LR_TRY_VOID(index(pending));
  return owner_.at(&document);
}

Result<> SchemaDocuments::index(std::vector<Place>& pending) {
  while (!pending.empty()) {
    Place place = std::move(pending.back());
    pending.pop_back();
    if (owner_.size() >= limits::kSchemaNodes) return refuse(place.pointer, "too many subschemas");
    LR_TRY(place.resource, identify(place));
    owner_.emplace(place.schema, place.resource);
    const json::object* object = place.schema->if_object();
    if (object == nullptr) continue;
    const SchemaDialect dialect = resources_[place.resource].vocabulary.dialect;
    const auto push = [&](const json::value& child, std::string pointer) {
      if (is_schema(child)) pending.push_back({&child, place.resource, std::move(pointer)});
    };
    for (const auto& [name, member] : *object) {
      const auto shape = subschema_shape(name, dialect);
      if (shape == SubschemaShape::kNone) continue;
      const std::string at = append_pointer(place.pointer, name);
      if (shape != SubschemaShape::kMap) push(member, at);
      if (shape == SubschemaShape::kMap && member.is_object()) {
        for (const auto& [key, child] : member.get_object()) push(child, append_pointer(at, key));
      }
      if (const json::array* list = member.if_array()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
          push((*list)[i], append_pointer(at, std::to_string(i)));
        }
      }
    }
  }
  return {};
}

Result<std::uint32_t> SchemaDocuments::identify(const Place& place) {
  Place here = place;
  const auto id = text_of(*place.schema, "$id");
  const json::object* object = place.schema->if_object();
  if (object != nullptr && object->contains("$id") && !id) {
    return refuse(place.pointer, "\"$id\" is not a string");
  }
  // An embedded resource may speak another dialect, so its own "$schema" is asked first.
  SchemaVocabulary vocabulary = resources_[place.resource].vocabulary;
  if (id) {
    LR_TRY(vocabulary, vocabulary_of(*place.schema, place.resource));
  }
  if (is_bare_reference(*place.schema, vocabulary.dialect)) return here.resource;
  if (id) {
    const auto hash = id->find('#');
    const std::string_view plain = id->substr(0, hash);
    const std::string_view fragment = hash == std::string_view::npos ? "" : id->substr(hash + 1);
    if (!plain.empty()) {
      const std::string uri = resolve_schema_uri(resources_[place.resource].uri, plain);
      LR_TRY(here.resource, open(uri, *place.schema, place.resource));
    }
    if (!fragment.empty()) {
      if (vocabulary.dialect != SchemaDialect::kDraft7) {
        return refuse(place.pointer, "\"$id\" has a fragment");
      }
      resources_[here.resource].anchors.emplace(fragment, place.schema);
    }
  }
  if (vocabulary.dialect == SchemaDialect::kDraft202012) {
    LR_TRY_VOID(add_anchor(here, "$anchor", false));
    LR_TRY_VOID(add_anchor(here, "$dynamicAnchor", true));
  }
  return here.resource;
}

Result<> SchemaDocuments::add_anchor(const Place& place, std::string_view keyword, bool dynamic) {
  const json::object* object = place.schema->if_object();
  if (object == nullptr || !object->contains(keyword)) return {};
  const auto name = text_of(*place.schema, keyword);
  if (!name || name->empty()) {
    return refuse(place.pointer, fmt::format("\"{}\" is not a name", keyword));
  }
  SchemaResource& owner = resources_[place.resource];
  // One subschema may carry both kinds of anchor under one name; two subschemas may not.
  const auto [at, fresh] = owner.anchors.emplace(*name, place.schema);
  if (!fresh && at->second != place.schema) {
    return refuse(place.pointer, fmt::format("the anchor \"{}\" exists twice", *name));
  }
  if (dynamic) owner.dynamic_anchors.emplace(*name, place.schema);
  return {};
}

Result<std::uint32_t> SchemaDocuments::open(std::string uri, const json::value& root,
                                            std::uint32_t parent) {
  const auto known = by_uri_.find(uri);
  if (known != by_uri_.end()) {
    if (resources_[known->second].root == &root) return known->second;
    return refuse(uri, "two schemas have this \"$id\"");
  }
  SchemaResource fresh;
  LR_TRY(fresh.vocabulary, vocabulary_of(root, parent));
  fresh.uri = uri;
  fresh.root = &root;
  const auto index = static_cast<std::uint32_t>(resources_.size());
  resources_.push_back(std::move(fresh));
  by_uri_.emplace(std::move(uri), index);
  return index;
}

Result<SchemaVocabulary> SchemaDocuments::vocabulary_of(const json::value& root,
                                                        std::uint32_t parent) const {
  const auto named = text_of(root, "$schema");
  if (named) return vocabulary_named(*named);
  if (parent != kNoResource) return resources_[parent].vocabulary;
  return SchemaVocabulary{.dialect = options_.default_dialect};
}

/// A dialect, or a document of the options that says with "$vocabulary" which parts of 2020-12 are
/// on. Parts that are off are unknown keywords.
Result<SchemaVocabulary> SchemaDocuments::vocabulary_named(std::string_view schema_uri) const {
  const std::string uri = resolve_schema_uri("", schema_uri);
  if (uri == kDraft202012) return SchemaVocabulary{};
  if (uri == kDraft7) return SchemaVocabulary{.dialect = SchemaDialect::kDraft7};
  const auto unsupported = [&] {
    return refuse("/$schema", fmt::format("\"{}\" is not supported", schema_uri));
  };
  const auto found = options_.documents.find(uri);
  if (found == options_.documents.end() || !found->second.is_object()) return unsupported();
  const json::value* parts = found->second.get_object().if_contains("$vocabulary");
  if (parts == nullptr || !parts->is_object()) return unsupported();
  SchemaVocabulary vocabulary{.validation = false, .applicator = false, .unevaluated = false};
  constexpr std::array<std::string_view, 4> quiet = {"core", "meta-data", "content",
                                                     "format-annotation"};
  for (const auto& [name, required] : parts->get_object()) {
    std::string_view part = name;
    if (part.starts_with(kVocabularies)) part.remove_prefix(kVocabularies.size());
    if (part == "validation") vocabulary.validation = true;
    if (part == "applicator") vocabulary.applicator = true;
    if (part == "unevaluated") vocabulary.unevaluated = true;
    const bool known = part == "validation" || part == "applicator" || part == "unevaluated" ||
                       std::ranges::find(quiet, part) != quiet.end();
    if (!known && required == true) {
      return refuse("/$schema", fmt::format("vocabulary \"{}\" is not supported", part));
    }
  }
  return vocabulary;
}

Result<SchemaTarget> SchemaDocuments::follow_pointer(std::uint32_t resource,
                                                     std::string_view pointer) const {
  const json::value* at = resources_[resource].root;
  SchemaTarget target{.schema = at, .resource = resource, .dynamic_name = ""};
  for (std::size_t i = 0; i < pointer.size();) {
    const auto next = pointer.find('/', i + 1);
    at = resolve_pointer(*at, pointer.substr(i, next - i));
    if (at == nullptr) break;
    if (const auto owner = owner_.find(at); owner != owner_.end()) target.resource = owner->second;
    i = next == std::string_view::npos ? pointer.size() : next;
  }
  target.schema = at;
  return target;
}

Result<SchemaTarget> SchemaDocuments::resolve(std::uint32_t resource, std::string_view reference) {
  const auto fragment = schema_uri_fragment(reference);
  const std::string uri = resolve_schema_uri(resources_[resource].uri, reference);
  auto found = by_uri_.find(uri);
  if (found == by_uri_.end()) {
    const auto document = options_.documents.find(uri);
    if (document != options_.documents.end()) {
      LR_TRY_VOID(add(document->second, uri));
      found = by_uri_.find(uri);
    }
  }
  const auto missing = [&] {
    return fail(Code::kInvalidArgument,
                fmt::format("the reference \"{}\" leads nowhere", reference), Origin::kContract);
  };
  if (found == by_uri_.end() || !fragment) return missing();
  SchemaTarget target{
      .schema = resources_[found->second].root, .resource = found->second, .dynamic_name = ""};
  // The document was found under this URI, but an "$id" may have given it another one.
  target.resource = owner_.at(target.schema);
  if (fragment->empty()) return target;
  if (fragment->starts_with('/')) {
    LR_TRY(target, follow_pointer(target.resource, *fragment));
    if (target.schema == nullptr || !is_schema(*target.schema)) return missing();
    return target;
  }
  const SchemaResource& owner = resources_[target.resource];
  const auto anchor = owner.anchors.find(*fragment);
  if (anchor == owner.anchors.end()) return missing();
  target.schema = anchor->second;
  if (owner.dynamic_anchors.contains(*fragment)) target.dynamic_name = *fragment;
  return target;
}

}  // namespace lr::text
