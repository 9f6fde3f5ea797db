// Digests, MACs and encodings. OpenSSL stays behind these functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lr::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view message);
std::string hex(std::string_view bytes);
std::string hex(const Sha256& digest);
/// Lower or upper case, even length; nullopt otherwise.
std::optional<std::string> unhex(std::string_view text);

/// RFC 4648 section 5 without padding. Decoding is strict: no padding, no whitespace, no
/// non-zero trailing bits.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);
/// RFC 4648 section 4 with padding, equally strict.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

/// Compares in time that depends on the lengths only.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace lr::crypto
