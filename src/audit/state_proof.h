// An attack that was answered with an empty success is made once more, on a fresh object whose
// owner reads it before and after: what it did tells what the answer does not.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "audit/check_context.h"

namespace lr::audit {

struct StateProof {
  Judgement verdict;
  std::string change;                     ///< What the owner found changed; "" when nothing.
  std::optional<probe::Exchange> answer;  ///< Of the attack that was made again.
  std::optional<probe::Exchange> after;   ///< The owner's reading.
};

/// Makes the attack with the ids of the actor's objects.
using Attempt = std::function<net::Task<probe::Exchange>(const Actor& actor)>;

/// `first` is what the attack was judged before; it stays when it does not ask for the state, or
/// when the route names nothing that its owner could read back.
net::Task<StateProof> prove_by_state(CheckContext& context, RouteCase route_case, Judgement first,
                                     Attempt attempt);

/// Adds the reading to the evidence of a finding, when there is one.
void add_proof(const CheckContext& context, const StateProof& proof, Found& found);

}  // namespace lr::audit
