// Regular expressions of JSON Schema (ECMA-262 with the "u" flag) on RE2, which runs in time
// linear in the input: a pattern of the contract can never hang a worker.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::text {

/// The same language in RE2's syntax. Errors (kInvalidArgument) name what RE2 cannot do
/// (look-around, back references) or what ECMA-262 does not know.
Result<std::string> ecma_to_re2(std::string_view pattern);

}  // namespace lr::text
