// What a private key says about itself: which public key belongs to it.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/digest.h"

namespace lr::crypto {

/// SHA-256 of the SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) that belongs to a private key in
/// DER: RSA (RFC 8017 A.1.2), EC (RFC 5915), DSA as OpenSSL writes it, and the first two in PKCS#8
/// (RFC 5958). nullopt when it is none of these or does not hold its public key, which is not
/// computed. The key itself is not checked.
std::optional<Sha256> public_key_digest(std::string_view der);

}  // namespace lr::crypto
