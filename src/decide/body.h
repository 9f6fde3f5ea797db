// Body decisions: content type, size, strict JSON, schema.
#pragma once

#include <optional>
#include <string_view>

#include "contract/contract.h"
#include "text/json.h"

namespace lr::decide {

/// Before a body is read: is one allowed here, of this type and declared size?
/// kUnsupportedMediaType, kPayloadTooLarge or kInvalidArgument.
Result<> judge_body_head(const contract::Route& route, contract::Method method,
                         std::optional<std::string_view> content_type,
                         std::optional<std::uint64_t> declared_length, bool has_body);
std::size_t body_bytes_max(const contract::Route& route);
/// True when the body must be read as a whole and parsed before it is forwarded (schema, body
/// references, per-account limits).
bool needs_parsed_body(const contract::Contract& contract, const contract::Route& route);
/// Strict JSON, then the schema. kInvalidArgument or kUnprocessable.
Result<text::json::value> judge_body(const contract::Route& route, std::string_view body,
                                     text::json::storage_ptr storage = {});

}  // namespace lr::decide
