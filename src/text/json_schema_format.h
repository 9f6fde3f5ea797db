// The formats of JSON Schema that can be asserted.
#pragma once

#include <string_view>

namespace lr::text {

using FormatCheck = bool (*)(std::string_view text);

/// Null when the format cannot be asserted.
FormatCheck find_format(std::string_view name);

}  // namespace lr::text
