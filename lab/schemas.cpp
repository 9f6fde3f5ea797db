#include "lab/schemas.h"

#include <array>

#include "base/limits.h"
#include "text/json.h"

namespace lr::lab {
namespace {

using limits::kKiB;

constexpr std::string_view kLogin = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["email", "password"],
  "properties": {
    "email": {"type": "string", "minLength": 3, "maxLength": 200},
    "password": {"type": "string", "minLength": 1, "maxLength": 200}
  }
}
)json";

constexpr std::string_view kProfile = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["display_name"],
  "properties": {
    "display_name": {"type": "string", "minLength": 1, "maxLength": 100}
  }
}
)json";

constexpr std::string_view kConversation = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["title"],
  "properties": {
    "title": {"type": "string", "minLength": 1, "maxLength": 200}
  }
}
)json";

constexpr std::string_view kMessage = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["text"],
  "properties": {
    "text": {"type": "string", "minLength": 1, "maxLength": 4000}
  }
}
)json";

constexpr std::string_view kChat = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["message"],
  "properties": {
    "message": {"type": "string", "minLength": 1, "maxLength": 4000},
    "conversation_id": {"type": "string", "minLength": 36, "maxLength": 36}
  }
}
)json";

constexpr std::string_view kFile = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["name", "text"],
  "properties": {
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "content_type": {"type": "string", "enum": ["text/plain", "text/markdown", "text/csv"]},
    "encoding": {"type": "string", "enum": ["utf-8", "base64"]},
    "text": {"type": "string", "maxLength": 100000}
  }
}
)json";

constexpr std::string_view kOrder = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["item", "quantity"],
  "properties": {
    "item": {"type": "string", "minLength": 1, "maxLength": 200},
    "quantity": {"type": "integer", "minimum": 1, "maximum": 100},
    "address": {"type": "string", "minLength": 1, "maxLength": 300}
  }
}
)json";

constexpr std::string_view kNote = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["note"],
  "properties": {
    "note": {"type": "string", "maxLength": 500}
  }
}
)json";

constexpr auto kBodies = std::to_array<BodySpec>({
    {Body::kLogin, "login.json", 4 * kKiB, "4KiB", kLogin},
    {Body::kProfile, "profile.json", 4 * kKiB, "4KiB", kProfile},
    {Body::kConversation, "conversation.json", 16 * kKiB, "16KiB", kConversation},
    {Body::kMessage, "message.json", 64 * kKiB, "64KiB", kMessage},
    {Body::kChat, "chat.json", 64 * kKiB, "64KiB", kChat},
    {Body::kFile, "file.json", 128 * kKiB, "128KiB", kFile},
    {Body::kOrder, "order.json", 16 * kKiB, "16KiB", kOrder},
    {Body::kNote, "note.json", 16 * kKiB, "16KiB", kNote},
});

}  // namespace

std::span<const BodySpec> all_bodies() { return kBodies; }

const BodySpec& body_spec(Body body) {
  LR_CHECK(body != Body::kNone);
  return kBodies[static_cast<std::size_t>(body) - 1];
}

Result<BodySchemas> BodySchemas::compile() {
  BodySchemas out;
  for (const BodySpec& spec : kBodies) {
    LR_TRY(const text::json::value document, text::parse_json(spec.schema));
    LR_TRY(auto schema, text::JsonSchema::compile(document));
    out.schemas_.push_back(std::move(schema));
  }
  return out;
}

const text::JsonSchema& BodySchemas::of(Body body) const {
  LR_CHECK(body != Body::kNone);
  return schemas_[static_cast<std::size_t>(body) - 1];
}

}  // namespace lr::lab
