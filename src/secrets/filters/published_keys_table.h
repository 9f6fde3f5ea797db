// Which private keys everybody has, as tools/published_keys.py collected them.
#pragma once

#include <span>
#include <string_view>

namespace lr::secrets {

/// Names of projects; the first is 'A'.
extern const std::span<const std::string_view> kPublishers;

/// Sorted entries of 17 characters: the first 12 bytes of the digest of a public key in base64url,
/// and the letter of the project that published the private one.
extern const std::string_view kPublishedKeys;

}  // namespace lr::secrets
