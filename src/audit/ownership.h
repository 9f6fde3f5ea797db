// Ids swapped between identities: the shared part of the OWNER checks.
#pragma once

#include <functional>
#include <vector>

#include "audit/check_context.h"

namespace lr::audit {

/// Where a request names the object that is attacked.
enum class IdPlace : std::uint8_t { kPath, kQuery, kBody };

/// One object-naming position of a case.
struct Target {
  RouteCase route_case;
  contract::ObjectIndex object = 0;
  IdPlace place = IdPlace::kPath;
  const contract::Reference* reference = nullptr;  ///< For kQuery (also headers) and kBody.
};
/// Every position of the contract whose object must belong to the caller.
std::vector<Target> plan_targets(const contract::Contract& contract,
                                 const std::vector<RouteCase>& cases);

struct ReadAttack {
  IdPlace place = IdPlace::kPath;
  bool any_place = false;   ///< Every place instead.
  bool same_tenant = true;  ///< Attackers of the owner's tenant, or of the others.
};
/// Reads by foreign ids, with the owner's marker as canary. Settles all cells.
net::Task<> run_read_attack(CheckContext& context, ReadAttack attack);

struct WriteAttack {
  IdPlace place = IdPlace::kPath;
};
/// Writes by foreign ids; only the owner's own reading tells whether they had an effect.
net::Task<> run_write_attack(CheckContext& context, WriteAttack attack);

/// The attacker's request for a target: foreign id in the target's place, own objects elsewhere.
net::Task<probe::Request> foreign_request(CheckContext& context, const Target& target,
                                          const probe::Persona& attacker,
                                          const probe::Sacrifice& victim);

/// What a reading after an attack that is neither the object nor its absence leaves open.
std::string unreadable_afterwards(const probe::Exchange& after);

/// Why a case cannot be used as a witness, or "".
std::string unprovable(const Baseline& baseline);

}  // namespace lr::audit
