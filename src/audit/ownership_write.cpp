#include <fmt/format.h>

#include "audit/intruders.h"
#include "audit/ownership.h"
#include "probe/state.h"

namespace lr::audit {
namespace {

using probe::Exchange;
using probe::Intent;
using probe::Persona;
using probe::Sacrifice;

/// The victim's object with its witness.
struct Guarded {
  Sacrifice victim;
  probe::StateWitness witness;
};

net::Task<Guarded> set_out(CheckContext& context, const Target& target, const Persona& owner) {
  Session& session = context.session();
  LR_CO_TRY(Sacrifice victim, co_await session.objects().create(target.object, owner));
  LR_CO_TRY(const Exchange first, co_await session.objects().read(victim, owner));
  LR_CO_TRY(const Exchange second, co_await session.objects().read(victim, owner));
  co_return Guarded{std::move(victim), probe::StateWitness(first, second)};
}

/// The attack, then the owner's reading; a canary in the answer is a leak of its own.
net::Task<> attack_write(CheckContext& context, Target target, const Persona& owner,
                         const Persona& attacker) {
  Session& session = context.session();
  const Cell cell =
      cell_of(target.route_case, (attacker.like.empty() ? attacker.name : attacker.like) +
                                     " on the object of " + owner.name);
  LR_CO_TRY(const Guarded guarded, co_await set_out(context, target, owner));
  if (!guarded.witness.sound()) {
    context.inconclusive(cell,
                         "the owner cannot read the object back, so that a change would not "
                         "show");
    co_return Result<>();
  }
  LR_CO_TRY(probe::Request request,
            co_await foreign_request(context, target, attacker, guarded.victim));
  LR_CO_TRY(const Exchange answer,
            co_await session.exerciser().send_as(std::move(request), &attacker, Intent::kAttack));
  if (answer.limited()) {
    context.inconclusive(cell, "answered 429 and the wait would be too long");
    co_return Result<>();
  }
  LR_CO_TRY(const Exchange after, co_await session.objects().read(guarded.victim, owner));
  if (!probe::StateWitness::can_judge(after)) {
    context.inconclusive(cell, unreadable_afterwards(after));
    co_return Result<>();
  }
  std::string change = guarded.witness.change(after);
  if (change.empty() && answer.ok() &&
      probe::shows_marker(answer.response.body, guarded.victim.marker)) {
    change = "its content was shown";
  }
  if (change.empty()) {
    context.proved();
    co_return Result<>();
  }
  Found found = context.finding(
      answer, fmt::format("{} acted on the object of {}", attacker.name, owner.name));
  found.evidence.push_back(context.evidence("the owner reads it afterwards: " + change, after));
  context.found(cell, std::move(found));
  co_return Result<>();
}

/// The owner's own use of the case must work, or a refusal of others shows nothing.
net::Task<> attack_target(CheckContext& context, Target target) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(target.route_case));
  if (baseline->absent) co_return Result<>();
  std::string why = unprovable(*baseline);
  if (why.empty() && !session.objects().can_read(target.object)) {
    why = "the contract gives no way to read the object back";
  }
  if (!why.empty()) {
    context.plan(1);
    context.inconclusive(cell_of(target.route_case), why);
    co_return Result<>();
  }
  const Persona* owner = session.exerciser().allowed(target.route_case);
  if (owner == nullptr) co_return Result<>();
  const bool minting = counts_persons(context.contract(), *target.route_case.route) &&
                       session.identities().can_mint();
  for (const bool same_tenant : {true, false}) {
    const Intruders enemies = besides_owner(context, target.route_case, *owner, same_tenant);
    context.plan(enemies.people.size());
    if (!enemies.missing.empty()) {
      context.plan(1);
      context.inconclusive(cell_of(target.route_case), enemies.missing);
    }
    for (const Persona* enemy : enemies.people) {
      if (minting) enemy = &session.identities().mint_like(*enemy);
      LR_CO_TRY_VOID(co_await attack_write(context, target, *owner, *enemy));
    }
  }
  co_return Result<>();
}

}  // namespace

net::Task<> run_write_attack(CheckContext& context, WriteAttack attack) {
  const std::vector<Target> targets = plan_targets(context.contract(), context.session().cases());
  for (const Target& target : targets) {
    if (target.route_case.reads() || target.place != attack.place) continue;
    auto done = co_await attack_target(context, target);
    if (!done) {
      context.plan(1);
      if (context.prober().stopped()) co_return done;
      context.inconclusive(cell_of(target.route_case), done.error().detail());
    }
  }
  co_return Result<>();
}

}  // namespace lr::audit
