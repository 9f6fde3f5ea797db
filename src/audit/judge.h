// The verdict about one attack on one route, by its witnesses.
#pragma once

#include <string>

#include "audit/exercise.h"

namespace lr::audit {

enum class Door : std::uint8_t {
  kHeld,     ///< The attack was refused.
  kBroken,   ///< It was answered like the allowed identity.
  kUnclear,  ///< Neither can be shown.
};

struct Judgement {
  Door door = Door::kUnclear;
  std::string reason;  ///< For kUnclear: why.
};

/// `baseline` must be usable(). Broken: the attack was answered as the positive control was, and
/// that is not how the target answers nobody or nothing. A mere status is no proof: a 200 with
/// other content than the positive control's is a refusal in disguise.
Judgement judge_attack(const Baseline& baseline, const probe::Exchange& attack,
                       const probe::NotFound& not_found);

}  // namespace lr::audit
