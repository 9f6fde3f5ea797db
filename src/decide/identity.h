// Authentication decisions: what a verified token or key says about the caller.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "contract/contract.h"
#include "text/json.h"

namespace lr::decide {

/// Who is calling, after verification. `issuer` separates equal subjects of different issuers.
struct Identity {
  UserId user;
  TenantId tenant;
  contract::NameSet roles = 0;  ///< Closed under inclusion.
  contract::NameSet scopes = 0;
  std::string issuer;        ///< Name of the issuer in the contract, or "api_key".
  std::string token_digest;  ///< SHA-256 of the credential in hex: its key for limits and caches.
  WallTime expires = WallTime::max();
};

/// Judges the claims of a token whose signature is already verified under `issuer`: iss, aud, exp
/// (required), nbf, iat, typ, longest age, subject and tenant present and non-empty strings.
/// Errors are kUnauthenticated with a reason fit for logs ("expired", "wrong audience", …).
Result<Identity> judge_claims(const contract::Contract& contract, const contract::Issuer& issuer,
                              const text::json::object& header, const text::json::object& claims,
                              WallTime now);

/// The issuer whose `iss` a still unverified payload names; nullptr when none does.
const contract::Issuer* find_issuer(const contract::Contract& contract,
                                    const text::json::object& claims);

/// Constant-time search by digest. Null when no key has that hash.
const contract::ApiKey* find_api_key(const contract::Contract& contract,
                                     const crypto::Sha256& digest);
Identity identity_of(const contract::ApiKey& key);

}  // namespace lr::decide
