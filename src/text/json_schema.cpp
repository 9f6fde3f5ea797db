#include "text/json_schema.h"

#include "text/json_schema_compile.h"
#include "text/json_schema_documents.h"
#include "text/json_schema_program.h"

namespace lr::text {

JsonSchema::JsonSchema(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::compile(const json::value& schema, const SchemaOptions& options) {
  SchemaDocuments documents(options);
  auto program = std::make_unique<Program>();
  LR_TRY_VOID(SchemaCompiler(documents, *program).run(schema));
  return JsonSchema(std::move(program));
}

}  // namespace lr::text
