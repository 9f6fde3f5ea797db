// The people an audit becomes: those of the contract, and fresh ones minted for bursts.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "contract/contract.h"
#include "crypto/jwk.h"
#include "decide/identity.h"
#include "probe/claims.h"
#include "probe/evidence.h"
#include "probe/prober.h"

namespace lr::probe {

struct Persona {
  std::string name;  ///< "user_a", or "audit-<run>-3" when minted for this run.
  Subject subject;
  const contract::AuditIdentity* declared = nullptr;  ///< Null for minted ones.
  std::string unusable;  ///< Why nothing can be done as this persona; "" when all is well.
  std::string like;      ///< For minted ones: the declared persona that it is a copy of.
};

/// What decisions are asked about.
decide::Identity identity_of(const Persona& persona, const contract::Contract& contract);

class Identities {
 public:
  Identities(const contract::Contract& contract, const Clock& clock, Rng& rng, Redactor& redactor);

  /// Reads the test key and the given tokens, and logs in. A persona that cannot be had is marked
  /// unusable; the errors of the run itself (budget, distress) are returned.
  net::Task<> prepare(Prober& prober);

  /// Stable addresses; in the order of the contract.
  const std::deque<Persona>& declared() const { return declared_; }
  bool can_mint() const { return key_.has_value(); }
  /// A new user of the same tenant with the same roles and scopes. Requires can_mint().
  const Persona& mint_like(const Persona& persona);
  /// The same person as `persona`, changed; only its token exists. Requires can_mint().
  const Persona& mint_variant(const Persona& persona, Subject subject, std::string name);

  /// Adds the persona's credential to `request`; logs in again or mints anew before expiry.
  net::Task<> authorize(Request& request, const Persona& persona, Prober& prober);
  /// The bearer token, for forgeries. kUnavailable when the persona has none.
  net::Task<std::string> token(const Persona& persona, Prober& prober);

  const contract::Issuer* mint_issuer() const;
  const crypto::Jwk* mint_key() const { return key_ ? &*key_ : nullptr; }
  std::optional<crypto::Algorithm> mint_algorithm() const { return algorithm_; }
  /// Why minting is impossible, for reports.
  const std::string& mint_problem() const { return mint_problem_; }
  std::int64_t now_seconds() const;
  /// Signs claims as the issuer would. Requires can_mint().
  Result<std::string> sign(const text::json::object& claims) const;

 private:
  struct Credential {
    std::string token;
    std::int64_t expires = 0;  ///< Seconds since the epoch; 0 is unknown.
  };
  void load_key();
  net::Task<Credential> obtain(const Persona& persona, Prober& prober);
  net::Task<Credential> log_in(const Persona& persona, Prober& prober);
  Result<Credential> mint(const Persona& persona) const;

  const contract::Contract& contract_;
  const Clock& clock_;
  Redactor& redactor_;
  std::string tag_;  ///< Separates the minted users of two runs.
  std::deque<Persona> declared_;
  std::deque<Persona> minted_;
  std::uint32_t serial_ = 0;
  std::map<const Persona*, Credential> credentials_;
  std::optional<crypto::Jwk> key_;
  std::optional<crypto::Algorithm> algorithm_;
  std::string mint_problem_;
};

/// "TOKEN_USER_A": how the credential of a persona is called in curl lines.
std::string credential_variable(const Persona& persona);

}  // namespace lr::probe
