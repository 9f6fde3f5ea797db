// JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/secret.h"

namespace lr::crypto {

/// JWS algorithms (RFC 7518 section 3.1, RFC 8037). "none" is not one of them.
enum class Algorithm : std::uint8_t {
  kRS256,
  kRS384,
  kRS512,
  kPS256,
  kPS384,
  kPS512,
  kES256,
  kES384,
  kES512,
  kEdDSA,
  kHS256,
  kHS384,
  kHS512,
};

std::string_view algorithm_name(Algorithm algorithm);
/// Exact, case-sensitive; nullopt for anything else, "none" included.
std::optional<Algorithm> parse_algorithm(std::string_view name);
bool is_symmetric(Algorithm algorithm);

/// One key, public or private. Immutable and shareable between threads.
class Jwk {
 public:
  /// Strict: refuses RSA under 2048 bits or with an even or tiny exponent, points off the curve,
  /// unknown curves, HMAC keys shorter than the hash, keys whose "use" is not "sig" or whose
  /// "key_ops" lacks verify or sign. `json` is one JWK object as text.
  static Result<Jwk> parse(std::string_view json);
  /// A new private key of the right type (RSA 2048, the curve of the ES algorithm, Ed25519, or
  /// random bytes). For development identities, the lab and audit's own forgeries.
  static Result<Jwk> generate(Algorithm algorithm, std::string kid);
  static Result<Jwk> from_hmac_secret(const Secret& secret, std::string kid);

  const std::string& kid() const;
  /// The "alg" of the key, when it is pinned to one.
  std::optional<Algorithm> pinned_algorithm() const;
  bool fits(Algorithm algorithm) const;
  bool is_private() const;
  /// The public half as JWK text; never contains private members.
  std::string public_jwk() const;
  /// The whole key as JWK text.
  Secret private_jwk() const;
  /// SubjectPublicKeyInfo as PEM, for key-confusion forgeries. Empty for symmetric keys.
  std::string public_pem() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  friend class JwkSet;
  explicit Jwk(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// A JWK Set. Members that are not usable for signatures are skipped by name (see skipped()).
class JwkSet {
 public:
  static Result<JwkSet> parse(std::string_view json);
  explicit JwkSet(std::vector<Jwk> keys) : keys_(std::move(keys)) {}
  JwkSet() = default;
  const std::vector<Jwk>& keys() const { return keys_; }
  const std::vector<std::string>& skipped() const { return skipped_; }
  std::string public_jwks() const;

 private:
  std::vector<Jwk> keys_;
  std::vector<std::string> skipped_;
};

}  // namespace lr::crypto
