// Numbers and equality as JSON Schema means them: by mathematical value, whatever the spelling.
#pragma once

#include <compare>
#include <cstdint>

#include "text/json.h"

namespace lr::text {

/// 1, 1.0 and 1e0 are integers; 1.5 is not. Only numbers may be asked.
bool is_json_integer(const json::value& number);
/// Exact, also between a 64-bit integer and a double.
std::partial_ordering compare_json_numbers(const json::value& a, const json::value& b);
/// Exact in decimal: 0.3 is a multiple of 0.1. `divisor` is positive.
bool is_json_multiple(const json::value& number, const json::value& divisor);
/// Numbers by value, objects without regard to order. Adds the work done to `steps`.
bool json_equals(const json::value& a, const json::value& b, std::size_t& steps);
/// Equal values have equal hashes.
std::uint64_t json_hash(const json::value& value, std::size_t& steps);

}  // namespace lr::text
