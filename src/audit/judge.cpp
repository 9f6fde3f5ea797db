#include "audit/judge.h"

#include <fmt/format.h>

namespace lr::audit {
namespace {

Judgement held() { return {Door::kHeld, ""}; }
Judgement unclear(std::string reason) { return {Door::kUnclear, std::move(reason)}; }

/// With a request that has no effect, access shows by getting the same complaint about the body.
Judgement judge_inert(const Baseline& baseline, const probe::Exchange& attack) {
  if (attack.refused() || attack.status() == 404) return held();
  const int positive = baseline.positive.status();
  if (attack.status() != positive) return held();
  if (baseline.anonymous.status() == positive) {
    return unclear(
        fmt::format("a body that has no effect is answered {} to everybody; "
                    "--profile full would send a valid one",
                    positive));
  }
  return {Door::kBroken, ""};
}

}  // namespace

Judgement judge_attack(const Baseline& baseline, const probe::Exchange& attack,
                       const probe::NotFound& not_found) {
  if (attack.limited()) return unclear("answered 429 and the wait would be too long");
  if (baseline.manner == Manner::kInert) return judge_inert(baseline, attack);
  if (attack.refused()) return held();
  const probe::Exchange& positive = baseline.positive;
  if (!positive.ok()) {
    if (attack.status() != positive.status() && !attack.ok()) return held();
    return unclear(
        fmt::format("the allowed identity itself is answered {}, so that a success "
                    "cannot be told from a refusal",
                    positive.status()));
  }
  if (!attack.ok()) return held();
  if (not_found.catch_all() && not_found.matches(attack)) return held();
  return probe::same_shape(baseline.shape, probe::shape_of(attack)) ? Judgement{Door::kBroken, ""}
                                                                    : held();
}

}  // namespace lr::audit
