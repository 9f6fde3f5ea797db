// What is inside a Jwk, for the files of this room only.
#pragma once

#include <boost/json/object.hpp>

#include "crypto/jwk.h"
#include "crypto/openssl.h"

namespace lr::crypto {

enum class KeyType : std::uint8_t { kRsa, kEc, kOkp, kOct };

/// What an algorithm needs.
struct AlgorithmTraits {
  Algorithm algorithm;
  std::string_view name;
  KeyType type;
  Hash hash;                    ///< Unused for EdDSA.
  bool pss = false;             ///< RSA only: PSS instead of PKCS #1 v1.5.
  std::string_view curve = {};  ///< "crv" of EC and OKP keys.
  const char* group = "";       ///< OpenSSL's name of that curve.
  std::size_t coordinate = 0;   ///< Bytes per coordinate, and per half of a raw ECDSA signature.
};

const AlgorithmTraits& traits(Algorithm algorithm);
/// The algorithm that belongs to a curve; null when there is none.
const AlgorithmTraits* traits_of_curve(KeyType type, std::string_view curve);

struct Jwk::Impl {
  KeyType type = KeyType::kOct;
  std::string kid;
  std::optional<Algorithm> pinned;
  std::optional<Algorithm> only;  ///< EC and OKP: what the curve can do.
  bool is_private = false;
  PkeyPtr pkey;                        ///< Null for symmetric keys.
  Secret hmac_key;                     ///< Symmetric keys only.
  boost::json::object public_members;  ///< In JWK order, "kty" first.
  Secret private_text;                 ///< The whole key as JWK text.
};

/// Key material from the members of a JWK. Errors: kInvalidArgument, never quoting a value.
Result<PkeyPtr> load_rsa(const boost::json::object& members, bool is_private);
Result<PkeyPtr> load_ec(const boost::json::object& members, const AlgorithmTraits& curve,
                        bool is_private);
Result<PkeyPtr> load_ed25519(const boost::json::object& members, bool is_private);
/// The decoded bytes of a base64url member. Errors when absent, not a string, empty or not strict.
Result<std::string> key_bytes(const boost::json::object& members, std::string_view name);

/// Public moduli that are known to be weak: even, with a tiny factor, or with the fingerprint of
/// the ROCA generator (CVE-2017-15361).
bool is_weak_modulus(const BIGNUM* modulus);

/// Raw signatures over `message`: r||s for ECDSA (RFC 7518 section 3.4).
Result<std::string> sign_raw(const Jwk::Impl& key, Algorithm algorithm, std::string_view message);
bool verify_raw(const Jwk::Impl& key, Algorithm algorithm, std::string_view message,
                std::string_view signature);

}  // namespace lr::crypto
