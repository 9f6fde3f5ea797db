// What a private key says about itself: which public key belongs to it.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/digest.h"

namespace lr::crypto {

/// SHA-256 of the SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) that belongs to a private key in
/// DER: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017 A.1.2), RFC 5915 or OpenSSL's form of DSA. nullopt when
/// it is none of these, is encrypted, or does not end where its bytes do.
std::optional<Sha256> public_key_digest(std::string_view der);

}  // namespace lr::crypto
