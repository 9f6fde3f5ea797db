// Forged credentials against every private route, not once per scheme: a signature may be
// unchecked on a single route.
#pragma once

#include <vector>

#include "audit/check_context.h"
#include "probe/forge.h"

namespace lr::audit {

struct TokenAttack {
  std::vector<probe::Forgery> (*forge)(const probe::ForgeMaterial& material);
  /// Needs the contract's test key; without one the check is inconclusive.
  bool needs_key = false;
  /// One finding for each route rather than one for all.
  bool finding_per_route = false;
};

/// Plans private routes × forms, and settles each by positive control, negative control, attack,
/// and positive control again.
net::Task<> run_token_attack(CheckContext& context, TokenAttack attack);

}  // namespace lr::audit
