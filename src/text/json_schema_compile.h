// From documents to a program. Only the files of json_schema include this.
#pragma once

#include <map>
#include <unordered_map>

#include "text/json_schema_documents.h"
#include "text/json_schema_program.h"

namespace lr::text {

class SchemaCompiler;

/// One keyword of one subschema, as its handler sees it.
struct KeywordSite {
  SchemaCompiler& compiler;
  SchemaNode& node;
  const json::object& schema;
  const json::value& value;
  std::string_view keyword;
  std::string_view pointer;  ///< Of the subschema.
  std::uint32_t resource;
  SchemaDialect dialect;

  std::unexpected<Error> refuse(std::string_view why) const;
  /// The index of `value` itself as a subschema.
  Result<SchemaIndex> child() const { return child_of(value, keyword, ""); }
  /// The index of a subschema at `keyword`, or at `keyword`/`token`.
  Result<SchemaIndex> child_of(const json::value& schema_value, std::string_view at,
                               std::string_view token) const;
};

using KeywordHandler = Result<> (*)(const KeywordSite& site);

struct SchemaKeyword {
  enum class Part : std::uint8_t { kCore, kValidation, kApplicator, kUnevaluated };
  enum class In : std::uint8_t { kBoth, k2020, k7 };
  std::string_view name;
  Part part;
  In in;
  KeywordHandler handler;  ///< Null: an annotation, or handled where it belongs.
};

/// Null when the dialect, with these parts on, does not know the keyword.
const SchemaKeyword* find_schema_keyword(std::string_view name, const SchemaVocabulary& vocabulary);

class SchemaCompiler {
 public:
  SchemaCompiler(SchemaDocuments& documents, JsonSchema::Program& program)
      : documents_(documents), program_(program) {}

  Result<> run(const json::value& root);
  /// The node of a subschema; filled in later when it is new.
  Result<SchemaIndex> node_of(const json::value& schema, std::uint32_t resource,
                              std::string pointer);
  /// Follows "$ref" or "$dynamicRef" of `site`.
  Result<SchemaTarget> follow(const KeywordSite& site);
  /// The place of a name of "$dynamicAnchor" in Program::dynamic.
  std::uint32_t dynamic_name(const std::string& name);
  const SchemaOptions& options() const { return documents_.options(); }

 private:
  struct Work {
    const json::value* schema;
    std::uint32_t resource;
    std::string pointer;
    SchemaIndex index;
  };

  Result<> drain();
  Result<> fill(const Work& work);
  Result<> fill_keyword(const Work& work, std::string_view keyword, const json::value& value,
                        SchemaNode& node);
  Result<> link_dynamic_names();
  Result<> refuse_loops() const;

  SchemaDocuments& documents_;
  JsonSchema::Program& program_;
  std::vector<Work> pending_;
  std::vector<std::string> pointers_;  ///< By node, for messages.
  std::unordered_map<const json::value*, SchemaIndex> nodes_;
  std::map<std::string, std::uint32_t> dynamic_names_;
};

}  // namespace lr::text
