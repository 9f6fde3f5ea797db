#include "audit/judge.h"

#include <fmt/format.h>

#include "text/fields.h"

namespace lr::audit {
namespace {

Judgement held() { return {Door::kHeld, "", false}; }
Judgement broken() { return {Door::kBroken, "", false}; }
Judgement unclear(std::string reason) { return {Door::kUnclear, std::move(reason), false}; }

/// An empty success is a status alone.
Judgement judge_empty(const probe::Exchange& attack) {
  Judgement out = unclear(
      fmt::format("answered {} without content, as the allowed identity is: a status alone proves "
                  "nothing, and no change could be shown",
                  attack.status()));
  out.wants_state = true;
  return out;
}

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
  if (!probe::same_text(baseline.positive, attack)) {
    return unclear(fmt::format(
        "a body that has no effect is answered {} as for the allowed identity, but with "
        "another text; --profile full would send a valid one",
        positive));
  }
  return broken();
}

/// Text without members: pages for everything are called text/html, the one to log in too.
bool is_prose(const probe::Exchange& answer) {
  const std::string type = answer.content_type();
  return type == "text/html" || type == "text/plain";
}

/// A page that asks for a password where the allowed identity is not asked.
bool asks_to_log_in(const probe::Exchange& answer) {
  const std::string body = text::lower_ascii(answer.response.body);
  return body.find("type=\"password\"") != std::string::npos ||
         body.find("type=password") != std::string::npos ||
         body.find("type='password'") != std::string::npos;
}

/// Both are prose of the same type.
Judgement judge_prose(const Baseline& baseline, const probe::Exchange& attack) {
  if (asks_to_log_in(attack) && !asks_to_log_in(baseline.positive)) return held();
  if (probe::same_text(baseline.positive, attack)) return broken();
  return unclear(
      fmt::format("answered {} with another page than the allowed identity gets, which may be a "
                  "refusal or somebody else's",
                  attack.status()));
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
  const probe::Shape shape = probe::shape_of(attack);
  if (!probe::same_shape(baseline.shape, shape)) return held();
  if (shape.empty) return judge_empty(attack);
  if (!shape.json && is_prose(attack)) return judge_prose(baseline, attack);
  return broken();
}

}  // namespace lr::audit
