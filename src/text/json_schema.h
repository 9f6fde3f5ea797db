// JSON Schema, draft 2020-12 and draft 7, compiled once and evaluated with a bounded amount of
// work. Keywords that are not supported are refused when the schema is compiled: an ignored
// keyword would be an unenforced promise. Nothing is ever fetched: a $ref leads into the same
// document or into a document handed to compile().
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "text/json.h"

namespace lr::text {

enum class SchemaDialect : std::uint8_t { kDraft202012, kDraft7 };

struct SchemaOptions {
  SchemaDialect default_dialect = SchemaDialect::kDraft202012;  ///< When there is no $schema.
  bool assert_format = false;  ///< Otherwise `format` is an annotation, as 2020-12 says.
  /// Keywords that the dialect does not know are refused. The standard calls them annotations;
  /// turn this on to read schemas written with that in mind.
  bool allow_unknown_keywords = false;
  /// Further documents by absolute URI, for $ref across documents.
  std::map<std::string, json::value, std::less<>> documents;
};

class JsonSchema {
 public:
  /// Errors: kInvalidArgument naming the JSON Pointer of the keyword that is wrong or
  /// unsupported ("/properties/a: keyword \"$dynamicRef\" is not supported").
  static Result<JsonSchema> compile(const json::value& schema, const SchemaOptions& options = {});

  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

  /// Ok, or kUnprocessable with the instance pointer and the keyword that failed
  /// ("/amount: maximum"). The instance's values are not quoted. Work over the bound:
  /// kResourceExhausted.
  Result<> validate(const json::value& instance) const;

  struct Program;  ///< Opaque: see json_schema_program.h.

 private:
  explicit JsonSchema(std::unique_ptr<const Program> program);
  std::unique_ptr<const Program> program_;
};

}  // namespace lr::text
