// SHA-1, for values that others have named with it (baselines of detect-secrets). Collisions can
// be made at will, so nothing may rest on it.
#pragma once

#include <string>
#include <string_view>

namespace lr::crypto {

/// 40 digits in lower case.
std::string sha1_hex(std::string_view bytes);

}  // namespace lr::crypto
