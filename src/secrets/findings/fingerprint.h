// What makes two findings the same secret, wherever they stand.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace lr::secrets {

/// The value without what writing it down adds: blanks and quotes at its ends, line ends and
/// indentation inside a PEM block.
Secret normalised(std::string_view value);

/// "lrs1:" and 32 hex digits: HMAC-SHA-256 of the family and the normalised value, cut to 128 bits.
/// The same after a rebase, a squash, a rename or a moved line, because no place goes into it.
std::string fingerprint_of(std::string_view key, std::string_view family, std::string_view value);

/// The key of a project that has no suppressions file yet. Everybody knows it: the fingerprint of
/// a guessable password can be guessed. A file brings a key of its own.
inline constexpr std::string_view kDefaultFingerprintKey = "launchready secrets";

/// True for "lrs1:" and 32 lower-case hex digits.
bool is_fingerprint(std::string_view text);

}  // namespace lr::secrets
