// The state witness: did an object change? Judged by its owner's own reading, never by what the
// attacker was answered.
#pragma once

#include <map>
#include <set>
#include <string>

#include "probe/exchange.h"

namespace lr::probe {

/// An object as its owner sees it, without what changes by itself (times, counters of views).
class StateWitness {
 public:
  /// Two readings before the attack: what differs between them is not looked at later.
  StateWitness(const Exchange& first, const Exchange& second);

  /// "" when nothing changed, or when the reading shows nothing; otherwise what did: "it is gone",
  /// "/title changed".
  std::string change(const Exchange& after) const;
  /// Whether a reading shows anything: the object, or that it is gone. A refusal does not.
  static bool can_judge(const Exchange& after);
  /// False when the object could not be read before.
  bool sound() const { return sound_; }

 private:
  using Leaves = std::map<std::string, std::string>;
  static Leaves leaves_of(const Exchange& exchange);

  bool sound_ = false;
  Leaves before_;
  std::set<std::string> restless_;
};

}  // namespace lr::probe
