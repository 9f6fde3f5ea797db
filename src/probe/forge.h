// Forged credentials: every way in which a bearer token can be wrong and a careless server might
// take it all the same. Written against RFC 7515, RFC 7519 and RFC 8725.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "crypto/jwk.h"
#include "probe/claims.h"
#include "probe/exchange.h"

namespace lr::probe {

/// What forgeries are made from. Everything but `token` and `subject` may be missing; forms that
/// need it are then not made.
struct ForgeMaterial {
  const contract::Contract* contract = nullptr;
  const contract::Issuer* issuer = nullptr;
  Subject subject;
  std::string token;                      ///< A valid compact JWS of the subject.
  std::string other_token;                ///< A valid one of somebody else.
  const crypto::Jwk* test_key = nullptr;  ///< Signs as the issuer would.
  std::optional<crypto::Algorithm> algorithm;
  std::vector<crypto::Jwk> public_keys;  ///< The issuer's published keys.
  std::int64_t now = 0;                  ///< Seconds since the epoch.
};

/// One wrong credential: the fields and query parameters that carry it.
struct Forgery {
  std::string form;  ///< "alg \"None\" without a signature"
  text::Headers headers;
  std::string query_name;  ///< "" when the query is not used.
  std::string query_value;

  void apply(Request& request) const;
};

std::vector<Forgery> forge_missing(const ForgeMaterial& material);
std::vector<Forgery> forge_malformed(const ForgeMaterial& material);
std::vector<Forgery> forge_in_query(const ForgeMaterial& material);
std::vector<Forgery> forge_unsigned(const ForgeMaterial& material);
std::vector<Forgery> forge_signature(const ForgeMaterial& material);
std::vector<Forgery> forge_wrong_key(const ForgeMaterial& material);
std::vector<Forgery> forge_hs_confusion(const ForgeMaterial& material);

// Validly signed with the test key; empty without one.
std::vector<Forgery> forge_expired(const ForgeMaterial& material);
std::vector<Forgery> forge_not_yet_valid(const ForgeMaterial& material);
std::vector<Forgery> forge_issuer(const ForgeMaterial& material);
std::vector<Forgery> forge_audience(const ForgeMaterial& material);
std::vector<Forgery> forge_subject(const ForgeMaterial& material);

/// True when `token` is a compact JWS whose parts can be read.
bool is_forgeable(std::string_view token);

}  // namespace lr::probe
