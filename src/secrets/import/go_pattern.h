// Go's regexp syntax as the C++ library wants it. Both are RE2, with small differences.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::secrets {

/// The pattern with `(?<name>` as `(?P<name>` and, when it begins with a group of flags that has
/// `x` (which neither knows, but other scanners do), without white space and comments.
/// Errors: kInvalidArgument with what RE2 says, kPayloadTooLarge for more than kPatternBytes or a
/// program that would take too much memory.
Result<std::string> go_pattern(std::string_view pattern);

}  // namespace lr::secrets
