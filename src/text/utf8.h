// UTF-8, strictly (RFC 3629). Internal to src/text.
#pragma once

#include <cstdint>
#include <string_view>

namespace lr::text {

/// Bytes of the sequence at the front of `bytes` (1 to 4), or 0 when it is truncated, overlong, a
/// surrogate or above U+10FFFF. `code_point` is set unless 0 is returned.
std::size_t read_utf8(std::string_view bytes, std::uint32_t& code_point);
bool is_utf8(std::string_view bytes);

}  // namespace lr::text
