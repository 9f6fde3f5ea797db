// URI references as JSON Schema uses them for "$id" and "$ref" (RFC 3986 section 5.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lr::text {

/// The reference with its base applied and the fragment cut off.
std::string resolve_schema_uri(std::string_view base, std::string_view reference);
/// The fragment of a reference, percent-decoded; "" when there is none; nullopt when malformed.
std::optional<std::string> schema_uri_fragment(std::string_view reference);

}  // namespace lr::text
