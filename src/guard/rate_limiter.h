// Limits in three stages: what is known of the client before anything is verified, what is known
// of the caller after, and what the request is about once its body was read.
#pragma once

#include "guard/filter.h"

namespace lr::guard {

enum class LimitStage : std::uint8_t {
  kClient,  ///< per_ip
  kCaller,  ///< per_user, per_token, per_route
  kObject,  ///< per_conversation, per_account
};

/// Counts the request against every rule of this stage that its route names. Rejects with
/// kResourceExhausted and sets `retry_after` when one is used up.
Verdict apply_limits(const Services& services, Exchange& exchange, LimitStage stage);

/// Counts a refused credential against the rules for unauthenticated clients. Returns `refusal`,
/// or the 429 when these are used up.
Verdict charge_refused_credential(const Services& services, Exchange& exchange, Verdict refusal);

}  // namespace lr::guard
