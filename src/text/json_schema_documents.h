// The documents of one compilation: which URI leads to which subschema, and which resource (with
// its base URI and dialect) a subschema belongs to. Only the files of json_schema include this.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "text/json_schema.h"

namespace lr::text {

inline constexpr std::uint32_t kNoResource = 0xffffffffU;

/// What the dialect of a resource enables.
struct SchemaVocabulary {
  SchemaDialect dialect = SchemaDialect::kDraft202012;
  bool validation = true;
  bool applicator = true;
  bool unevaluated = true;
};

/// A document, or a part of one with its own "$id".
struct SchemaResource {
  std::string uri;  ///< Absolute when anything said so; never with a fragment.
  const json::value* root = nullptr;
  SchemaVocabulary vocabulary;
  std::map<std::string, const json::value*, std::less<>> anchors;
  std::map<std::string, const json::value*, std::less<>> dynamic_anchors;
};

/// Where a reference leads.
struct SchemaTarget {
  const json::value* schema = nullptr;
  std::uint32_t resource = 0;
  std::string dynamic_name;  ///< Not empty when a "$dynamicAnchor" of that name was named.
};

class SchemaDocuments {
 public:
  explicit SchemaDocuments(const SchemaOptions& options) : options_(options) {}

  /// Indexes a document. `uri` is its own unless it has an "$id". Returns its resource.
  Result<std::uint32_t> add(const json::value& document, std::string uri);
  /// Follows a reference found in `resource`; loads a document of the options when it leads there.
  Result<SchemaTarget> resolve(std::uint32_t resource, std::string_view reference);

  const SchemaResource& resource(std::uint32_t index) const { return resources_[index]; }
  /// The resource of an indexed subschema; `otherwise` for one that no keyword holds.
  std::uint32_t owner(const json::value& schema, std::uint32_t otherwise) const {
    const auto found = owner_.find(&schema);
    return found == owner_.end() ? otherwise : found->second;
  }
  std::size_t size() const { return resources_.size(); }
  const SchemaOptions& options() const { return options_; }

 private:
  struct Place {
    const json::value* schema;
    std::uint32_t resource;
    std::string pointer;
  };

  Result<> index(std::vector<Place>& pending);
  Result<std::uint32_t> identify(const Place& place);
  Result<std::uint32_t> open(std::string uri, const json::value& root, std::uint32_t parent);
  Result<SchemaVocabulary> vocabulary_of(const json::value& root, std::uint32_t parent) const;
  Result<SchemaVocabulary> vocabulary_named(std::string_view schema_uri) const;
  Result<> add_anchor(const Place& place, std::string_view keyword, bool dynamic);
  Result<SchemaTarget> follow_pointer(std::uint32_t resource, std::string_view pointer) const;

  const SchemaOptions& options_;
  std::vector<SchemaResource> resources_;
  std::map<std::string, std::uint32_t, std::less<>> by_uri_;
  std::unordered_map<const json::value*, std::uint32_t> owner_;  ///< Resource of a subschema.
};

/// `pointer` with one more token, escaped as RFC 6901 says.
std::string append_pointer(std::string_view pointer, std::string_view token);

enum class SubschemaShape : std::uint8_t { kNone, kOne, kList, kMap, kOneOrList };
/// How a keyword holds subschemas.
SubschemaShape subschema_shape(std::string_view keyword, SchemaDialect dialect);

}  // namespace lr::text
