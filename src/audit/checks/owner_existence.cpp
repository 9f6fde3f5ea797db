#include <fmt/format.h>

#include "audit/intruders.h"
#include "audit/ownership.h"

namespace lr::audit {

extern const CheckDef check_owner_existence;

namespace {

constexpr std::string_view kReferences[] = {"CWE-203", "CWE-204"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "existence_leak"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Intent;
using probe::Persona;
using probe::Sacrifice;

/// Status, type and text without ids: what an attacker compares.
std::string look_of(const Exchange& answer) {
  const std::string& target = answer.request.target;
  return fmt::format("{} {} {}", answer.status(), answer.content_type(),
                     probe::stable_text(answer.response.body, target.substr(0, target.find('?'))));
}

net::Task<> compare(CheckContext& context, Target target, const Persona& owner,
                    const Persona& attacker) {
  Session& session = context.session();
  LR_CO_TRY(const Sacrifice victim, co_await session.objects().shared(target.object, owner));
  Sacrifice absent = victim;
  absent.id = session.objects().absent_id(target.object, victim.id);
  absent.ids[target.object] = absent.id;
  LR_CO_TRY(probe::Request foreign, co_await foreign_request(context, target, attacker, victim));
  LR_CO_TRY(probe::Request missing, co_await foreign_request(context, target, attacker, absent));
  Exerciser& exerciser = session.exerciser();
  LR_CO_TRY(const Exchange to_foreign,
            co_await exerciser.send_as(std::move(foreign), &attacker, Intent::kAttack));
  LR_CO_TRY(const Exchange to_missing,
            co_await exerciser.send_as(std::move(missing), &attacker, Intent::kAttack));
  const Cell cell = cell_of(target.route_case, attacker.name);
  if (to_foreign.ok() || to_foreign.limited() || to_missing.limited() || to_missing.ok()) {
    context.inconclusive(cell, to_foreign.ok() ? "foreign objects are answered with a success, see "
                                                 "the other checks of this control"
                                               : "no comparable refusal could be had");
    co_return Result<>();
  }
  if (look_of(to_foreign) == look_of(to_missing)) {
    context.proved();
    co_return Result<>();
  }
  Found found = context.finding(to_foreign, "the answer about an object of somebody else");
  found.evidence.push_back(context.evidence("the answer about an id that nobody has", to_missing));
  context.found(cell, std::move(found));
  co_return Result<>();
}

net::Task<> compare_target(CheckContext& context, Target target) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(target.route_case));
  if (baseline->absent) co_return Result<>();
  const Persona* owner = session.exerciser().allowed(target.route_case);
  if (!baseline->problem.empty()) co_return fail(Code::kUnavailable, baseline->problem);
  if (owner == nullptr) co_return fail(Code::kNotFound, "no audit identity may use this route");
  Intruders enemies = besides_owner(context, target.route_case, *owner, true);
  if (enemies.people.empty() && enemies.missing.empty()) {
    enemies = besides_owner(context, target.route_case, *owner, false);
  }
  if (!enemies.missing.empty()) co_return fail(Code::kNotFound, enemies.missing);
  if (enemies.people.empty()) co_return Result<>();
  context.plan(1);
  co_return co_await compare(context, target, *owner, *enemies.people.front());
}

net::Task<> run(CheckContext& context) {
  for (const Target& target : plan_targets(context.contract(), context.session().cases())) {
    if (!target.route_case.reads()) continue;
    auto done = co_await compare_target(context, target);
    if (!done) {
      context.plan(1);
      if (context.prober().stopped()) co_return done;
      context.inconclusive(cell_of(target.route_case), done.error().detail());
    }
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_owner_existence{
    .id = "owner.existence",
    .control = report::Control::kOwner,
    .title = "Answers tell foreign objects from missing ones",
    .why =
        "Ids can be probed: an attacker learns which conversations, orders or files "
        "exist.",
    .fix = "Answer a foreign object exactly as a missing one: same status, same body.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
