// What may be shown of a value that might be secret: enough to recognise it, never enough to use.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lr::text {

/// "eyJh…(412 bytes)" for long values, "…(6 bytes)" for short ones.
std::string mask(std::string_view value);
/// Field names whose values never appear in logs or reports (Authorization, Cookie, Set-Cookie,
/// Proxy-Authorization, X-Api-Key and relatives).
bool is_sensitive_field(std::string_view name);
/// Masks JWTs, bearer values, key-like tokens and e-mail addresses in free text, plus every exact
/// value in `known`. For evidence and error details.
std::string redact(std::string_view text, std::span<const std::string_view> known = {});

}  // namespace lr::text
