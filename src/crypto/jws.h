// Compact JWS (RFC 7515) with the rules of RFC 8725: the algorithm is the caller's decision,
// never the token's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crypto/jwk.h"
#include "text/json.h"

namespace lr::crypto {

/// A split token. Nothing in it is trusted before verify_jws() said so.
struct UnverifiedJws {
  std::string_view signing_input;  ///< "header.payload", a view into the token.
  text::json::object header;
  std::string payload;
  std::string signature;
  std::string algorithm;  ///< "alg" as written.
  std::string kid;        ///< "" when absent.
};

/// Errors (kUnauthenticated): not three strict base64url parts, header not a JSON object or with
/// duplicate keys, "crit" present (none is understood), "b64":false, over kTokenBytes.
Result<UnverifiedJws> split_jws(std::string_view token);

/// True only when `key` fits `algorithm`, the key's pinned algorithm (if any) is `algorithm`, the
/// header names exactly `algorithm`, and the signature is right.
bool verify_jws(const UnverifiedJws& jws, const Jwk& key, Algorithm algorithm);

/// Picks by kid (all keys when the token names none) among the keys that fit one of the allowed
/// algorithms; the header's "alg" must be one of them. kUnauthenticated otherwise; the detail is
/// "unknown key" when no key has that kid, which is the caller's signal to refresh a JWKS.
Result<> verify_jws(const UnverifiedJws& jws, const JwkSet& keys,
                    std::span<const Algorithm> allowed);

/// Signs `payload` with a private key; `header` members are added to {"alg","kid","typ":"JWT"}
/// (and may override typ and kid).
Result<std::string> sign_jws(const Jwk& key, Algorithm algorithm, std::string_view payload,
                             const text::json::object& header = {});

}  // namespace lr::crypto
