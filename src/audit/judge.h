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
  /// For kUnclear: the answer is empty as the allowed identity's is; what it did would tell.
  bool wants_state = false;
};

/// `baseline` must be usable(). Broken: the attack was answered as the positive control was, and
/// that is not how the target answers nobody or nothing. A mere status is no proof: a 200 with
/// other content than the positive control's is a refusal in disguise, and an empty success is
/// unclear until a change shows.
Judgement judge_attack(const Baseline& baseline, const probe::Exchange& attack,
                       const probe::NotFound& not_found);

}  // namespace lr::audit
