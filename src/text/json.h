// Strict JSON (RFC 8259): one value, UTF-8, bounded depth, no duplicate keys. The document type is
// Boost.JSON's value; this is the only way the project parses text into one.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"

namespace lr::text {

namespace json = boost::json;

struct JsonLimits {
  std::size_t depth = limits::kJsonDepth;
};

/// Errors: kInvalidArgument with "offset N: why" for bad syntax, duplicate keys, bad UTF-8, lone
/// surrogates, numbers out of range (1e999) or too much depth.
/// `storage` may be a monotonic resource owned by the caller, who must outlive the value.
Result<json::value> parse_json(std::string_view text, const JsonLimits& limits = {},
                               json::storage_ptr storage = {});

/// RFC 6901. Null when nothing is there. "" is the whole document.
const json::value* resolve_pointer(const json::value& document, std::string_view pointer);
json::value* resolve_pointer(json::value& document, std::string_view pointer);
/// Syntax check of a pointer, for contract loading.
bool is_json_pointer(std::string_view text);

/// Has an object on the way to `pointer` a member of nearly the same name as the pointer's ("Order"
/// for "order")? Parsers that ignore case take either, often the last.
bool has_rival_member(const json::value& document, std::string_view pointer);

/// Strings as they are, integers in decimal, anything else nullopt: how ids are compared.
std::optional<std::string> scalar_text(const json::value& value);

/// RFC 8785 member order and number form, no whitespace: the same value gives the same bytes.
std::string canonical_json(const json::value& value);
/// Two-space indented, keys in the order of the document, trailing newline.
std::string pretty_json(const json::value& value);

}  // namespace lr::text
