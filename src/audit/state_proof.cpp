#include "audit/state_proof.h"

#include <fmt/format.h>

#include "audit/intruders.h"
#include "audit/ownership.h"
#include "probe/state.h"

namespace lr::audit {
namespace {

using probe::Exchange;
using probe::Sacrifice;

/// Something that the actor owns, the case acts on, and the contract tells how to read.
const Sacrifice* readable_object(CheckContext& context, const Actor& actor) {
  for (const auto& [object, sacrifice] : actor.objects) {
    if (context.session().objects().can_read(object)) return &sacrifice;
  }
  return nullptr;
}

/// A removal shows whenever it happens; another change may be one that nobody can see.
Judgement judge_change(const RouteCase& route_case, const std::string& change,
                       const Judgement& first) {
  if (!change.empty()) return {Door::kBroken, "", false};
  if (route_case.method == contract::Method::kDelete) return {Door::kHeld, "", false};
  return first;
}

}  // namespace

net::Task<StateProof> prove_by_state(CheckContext& context, RouteCase route_case, Judgement first,
                                     Attempt attempt) {
  StateProof out;
  out.verdict = first;
  if (!first.wants_state || route_case.reads()) co_return out;
  Session& session = context.session();
  LR_CO_TRY(const Actor actor, co_await session.exerciser().actor(route_case));
  const Sacrifice* victim = readable_object(context, actor);
  if (victim == nullptr || actor.persona == nullptr) co_return out;
  LR_CO_TRY(const Exchange before, co_await session.objects().read(*victim, *actor.persona));
  LR_CO_TRY(const Exchange again, co_await session.objects().read(*victim, *actor.persona));
  const probe::StateWitness witness(before, again);
  if (!witness.sound()) co_return out;
  LR_CO_TRY(out.answer, co_await attempt(actor));
  LR_CO_TRY(out.after, co_await session.objects().read(*victim, *actor.persona));
  if (out.answer->limited() || !probe::StateWitness::can_judge(*out.after)) {
    out.verdict.reason = unreadable_afterwards(*out.after);
    co_return out;
  }
  out.change = witness.change(*out.after);
  out.verdict = judge_change(route_case, out.change, first);
  co_return out;
}

void add_proof(const CheckContext& context, const StateProof& proof, Found& found) {
  if (!proof.after || proof.change.empty()) return;
  found.evidence.push_back(
      context.evidence("the owner reads it afterwards: " + proof.change, *proof.after));
}

}  // namespace lr::audit
