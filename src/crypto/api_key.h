// API keys: 256 random bits shown once, stored as a SHA-256 (a fast hash is enough for a key with
// full entropy; passwords are never stored by Launch Ready).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/rng.h"
#include "base/secret.h"
#include "crypto/digest.h"

namespace lr::crypto {

/// "lr_" + 43 base64url characters + "_" + 6 characters of checksum, so that scanners can tell a
/// real key from noise.
Secret generate_api_key(Rng& rng);
/// Shape and checksum only.
bool looks_like_api_key(std::string_view text);
/// "sha256:<64 hex digits>", the form that stands in the contract.
std::string hash_api_key(std::string_view key);
/// nullopt unless it has that form.
std::optional<Sha256> parse_api_key_hash(std::string_view text);

}  // namespace lr::crypto
