#include "audit/ownership.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/intruders.h"

namespace lr::audit {
namespace {

using contract::Reference;
using probe::Exchange;
using probe::Intent;
using probe::Persona;
using probe::Sacrifice;

bool is_owned(const contract::Route& route, contract::ObjectIndex object) {
  return route.access.owner == object ||
         std::ranges::any_of(route.references, [&](const Reference& reference) {
           return reference.object == object;
         });
}

/// One reading target with its owner and victim, and the answer that the owner gets.
struct Stage {
  Target target;
  const Persona* owner = nullptr;
  Sacrifice victim;
  Exchange positive;
};

/// The owner's own request on the victim: the positive control.
net::Task<Stage> set_stage(CheckContext& context, Target target) {
  Session& session = context.session();
  Stage out;
  out.target = target;
  LR_CO_TRY(Actor actor, co_await session.exerciser().actor(target.route_case));
  out.owner = actor.persona;
  const auto found = actor.objects.find(target.object);
  if (found == actor.objects.end()) {
    co_return fail(Code::kNotFound, "there is no recipe for the object", Origin::kContract);
  }
  out.victim = found->second;
  auto request = session.exerciser().request(target.route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  LR_CO_TRY(out.positive, co_await session.exerciser().send_as(std::move(*request), actor.persona,
                                                               Intent::kControl));
  co_return out;
}

/// What of the owner's answer must not show up in anybody else's: the marker, or the values of
/// declared private fields.
std::vector<std::string> canaries(CheckContext& context, const Stage& stage) {
  std::vector<std::string> out;
  const std::string& body = stage.positive.response.body;
  if (probe::shows_marker(body, stage.victim.marker)) out.push_back(stage.victim.marker);
  const auto document = stage.positive.json();
  if (!document) return out;
  const contract::Object& object = context.contract().objects[stage.target.object];
  for (const std::string& field : object.private_fields) {
    const text::json::value* value = text::resolve_pointer(*document, field);
    const auto text = value == nullptr ? std::nullopt : text::scalar_text(*value);
    constexpr std::size_t kTellingLength = 8;
    if (text && text->size() >= kTellingLength) out.push_back(*text);
  }
  return out;
}

bool leaks(CheckContext& context, const Stage& stage, const Exchange& answer) {
  if (!answer.ok()) return false;
  const std::vector<std::string> telling = canaries(context, stage);
  if (!telling.empty()) {
    return std::ranges::any_of(telling, [&](const std::string& canary) {
      return probe::shows_marker(answer.response.body, canary);
    });
  }
  // Without a canary only the very same answer, naming the very same object, is a proof.
  return probe::same_shape(probe::shape_of(stage.positive), probe::shape_of(answer)) &&
         answer.response.body.find(stage.victim.id) != std::string::npos &&
         probe::stable_text(answer.response.body, "") ==
             probe::stable_text(stage.positive.response.body, "");
}

net::Task<> attack_read(CheckContext& context, const Stage& stage, const Persona& attacker) {
  const Target& target = stage.target;
  const std::string form = attacker.name + " on the object of " + stage.owner->name;
  const Cell cell = cell_of(target.route_case, form);
  LR_CO_TRY(probe::Request request,
            co_await foreign_request(context, target, attacker, stage.victim));
  LR_CO_TRY(const Exchange answer, co_await context.session().exerciser().send_as(
                                       std::move(request), &attacker, Intent::kAttack));
  if (answer.limited()) {
    context.inconclusive(cell, "answered 429 and the wait would be too long");
  } else if (leaks(context, stage, answer)) {
    Found found = context.finding(
        answer, fmt::format("{} got what belongs to {}", attacker.name, stage.owner->name));
    found.evidence.push_back(
        context.evidence("the owner's own answer, for comparison", stage.positive));
    context.found(cell, std::move(found));
  } else {
    context.proved();
  }
  co_return Result<>();
}

net::Task<> attack_target(CheckContext& context, Target target, ReadAttack attack) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(target.route_case));
  if (baseline->absent) co_return Result<>();
  if (baseline->problem.empty() && baseline->persona == nullptr) co_return Result<>();
  if (const std::string why = unprovable(*baseline); !why.empty()) {
    context.plan(1);
    context.inconclusive(cell_of(target.route_case), why);
    co_return Result<>();
  }
  const Intruders enemies =
      besides_owner(context, target.route_case, *baseline->persona, attack.same_tenant);
  if (!enemies.missing.empty()) {
    context.plan(1);
    context.inconclusive(cell_of(target.route_case), enemies.missing);
  }
  if (enemies.people.empty()) co_return Result<>();
  context.plan(enemies.people.size());
  LR_CO_TRY(const Stage stage, co_await set_stage(context, target));
  for (const Persona* enemy : enemies.people) {
    LR_CO_TRY_VOID(co_await attack_read(context, stage, *enemy));
  }
  co_return Result<>();
}

}  // namespace

std::string unreadable_afterwards(const Exchange& after) {
  return fmt::format(
      "the owner's reading afterwards is answered {}, so that a change could not be seen",
      after.status());
}

std::string unprovable(const Baseline& baseline) {
  if (!baseline.problem.empty()) return baseline.problem;
  if (!baseline.positive.ok()) {
    return fmt::format(
        "the owner itself is answered {}, so that a success cannot be told from a "
        "refusal",
        baseline.positive.status());
  }
  return "";
}

std::vector<Target> plan_targets(const contract::Contract&, const std::vector<RouteCase>& cases) {
  std::vector<Target> out;
  for (const RouteCase& route_case : cases) {
    if (!route_case.is_private()) continue;
    const contract::Route& route = *route_case.route;
    for (const contract::ObjectIndex object : probe::objects_in_path(route)) {
      if (is_owned(route, object)) out.push_back({route_case, object, IdPlace::kPath, nullptr});
    }
    for (const Reference& reference : route.references) {
      const bool body = reference.place == Reference::Place::kBody;
      if (body && route_case.reads()) continue;
      out.push_back(
          {route_case, reference.object, body ? IdPlace::kBody : IdPlace::kQuery, &reference});
    }
  }
  return out;
}

net::Task<probe::Request> foreign_request(CheckContext& context, const Target& target,
                                          const Persona& attacker, const Sacrifice& victim) {
  Session& session = context.session();
  Actor actor;
  actor.persona = &attacker;
  actor.marker = probe::make_marker(session.rng());
  actor.ids = victim.ids;
  // Everything else that the path names is the victim's too: a path is one place. What stands in
  // query and body besides the target is left to the attacker's own objects.
  const auto in_path = probe::objects_in_path(*target.route_case.route);
  for (const contract::ObjectIndex object : in_path) {
    if (target.place == IdPlace::kPath || actor.ids.contains(object)) continue;
    LR_CO_TRY(const Sacrifice own, co_await session.objects().shared(object, attacker));
    actor.ids[object] = own.id;
  }
  co_return session.exerciser().request(target.route_case, actor);
}

net::Task<> run_read_attack(CheckContext& context, ReadAttack attack) {
  std::vector<Target> targets = plan_targets(context.contract(), context.session().cases());
  std::erase_if(targets, [&](const Target& target) {
    const bool wanted = attack.any_place || target.place == attack.place;
    return !wanted || !target.route_case.reads();
  });
  for (const Target& target : targets) {
    auto done = co_await attack_target(context, target, attack);
    if (!done) {
      context.plan(1);
      if (context.prober().stopped()) co_return done;
      context.inconclusive(cell_of(target.route_case), done.error().detail());
    }
  }
  co_return Result<>();
}

}  // namespace lr::audit
