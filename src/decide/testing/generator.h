// Random but valid contracts, callers and owners for comparing decisions with the oracle.
#pragma once

#include <string>
#include <vector>

#include "base/rng.h"
#include "decide/testing/oracle.h"

namespace lr::decide::testing {

/// Roles in a chain with side branches, two scopes, four objects, and up to a dozen routes with
/// literals, parameters and ** that overlap.
PlainContract random_contract(Rng& rng);
/// The same contract as its author would write it.
std::string yaml_of(const PlainContract& contract);
/// Paths that fit routes, nearly fit, or fit none.
std::vector<std::string> interesting_paths(const PlainContract& contract, Rng& rng);
std::vector<PlainCaller> random_callers(const PlainContract& contract, Rng& rng);
/// Every relation an owner can have to that caller, "unknown" (nullopt) first.
std::vector<std::optional<PlainOwner>> owners_around(const PlainContract& contract,
                                                     const PlainCaller& caller);

}  // namespace lr::decide::testing
