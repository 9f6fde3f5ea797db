#include "audit/token_attacks.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/state_proof.h"

namespace lr::audit {
namespace {

using probe::Exchange;
using probe::ForgeMaterial;
using probe::Forgery;
using probe::Intent;

/// What the forgeries of one attack on one case are made from.
net::Task<ForgeMaterial> material_for(CheckContext& context, const probe::Persona& persona) {
  Session& session = context.session();
  probe::Identities& identities = session.identities();
  ForgeMaterial out;
  out.contract = session.contract();
  const contract::Contract& contract = context.contract();
  out.issuer = identities.mint_issuer();
  if (out.issuer == nullptr && !contract.issuers.empty()) out.issuer = &contract.issuers.front();
  out.subject = persona.subject;
  out.test_key = identities.mint_key();
  out.algorithm = identities.mint_algorithm();
  out.now = identities.now_seconds();
  LR_CO_TRY(out.token, co_await identities.token(persona, session.prober()));
  for (const probe::Persona& other : identities.declared()) {
    if (!other.unusable.empty() || &other == &persona) continue;
    LR_CO_TRY(out.other_token, co_await identities.token(other, session.prober()));
    break;
  }
  LR_CO_TRY(const auto* keys, co_await session.public_keys());
  out.public_keys = *keys;
  co_return out;
}

/// One attack on one case.
struct Siege {
  TokenAttack attack;
  RouteCase route_case;
  const Baseline* baseline = nullptr;
};

void report_broken(CheckContext& context, const Siege& siege, const Forgery& forgery,
                   const StateProof& proof) {
  const Exchange& answer = *proof.answer;
  Found found =
      context.finding(answer, fmt::format("{} with {} was answered {}", siege.route_case.name(),
                                          forgery.form, answer.status()));
  add_proof(context, proof, found);
  if (!siege.attack.finding_per_route) {
    found.group = "all routes";
    found.guard = identity_lines(context.contract());
  }
  context.found(cell_of(siege.route_case, forgery.form), std::move(found));
}

/// The same form once more, made for the actor.
net::Task<Exchange> repeat(CheckContext& context, Siege siege, std::string form, Actor actor) {
  LR_CO_TRY(const ForgeMaterial material, co_await material_for(context, *actor.persona));
  auto request = context.session().exerciser().request(siege.route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  const std::vector<Forgery> forgeries = siege.attack.forge(material);
  const auto same = std::ranges::find(forgeries, form, &Forgery::form);
  if (same == forgeries.end()) co_return fail(Code::kNotFound, "cannot be forged again: " + form);
  same->apply(*request);
  LR_CO_TRY(Exchange answer, co_await context.prober().send(std::move(*request)));
  co_return answer;
}

net::Task<> try_forgery(CheckContext& context, const Siege& siege, const Forgery& forgery,
                        const Actor& actor) {
  Session& session = context.session();
  auto request = session.exerciser().request(siege.route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  forgery.apply(*request);
  LR_CO_TRY(Exchange answer, co_await session.prober().send(std::move(*request)));
  session.exerciser().adopt_created(siege.route_case, answer, actor.persona);
  const Judgement first = judge_attack(*siege.baseline, answer, session.not_found());
  const Attempt attempt = [&context, &siege, &forgery](const Actor& owner) {
    return repeat(context, siege, forgery.form, owner);
  };
  LR_CO_TRY(StateProof proof, co_await prove_by_state(context, siege.route_case, first, attempt));
  if (!proof.answer) proof.answer = std::move(answer);
  if (proof.verdict.door == Door::kBroken) {
    report_broken(context, siege, forgery, proof);
  } else if (proof.verdict.door == Door::kHeld) {
    context.proved();
  } else {
    context.inconclusive(cell_of(siege.route_case, forgery.form), proof.verdict.reason);
  }
  co_return Result<>();
}

/// Forgeries name the person whose objects they reach for; a fresh person for each where limits
/// count persons, and a fresh object where the route would use it up.
bool needs_fresh_actor(const CheckContext& context, const RouteCase& route_case) {
  return counts_persons(context.contract(), *route_case.route) ||
         route_case.method == contract::Method::kDelete;
}

/// The allowed identity must still get in, or the refusals before prove nothing.
net::Task<bool> still_works(CheckContext& context, RouteCase route_case, const Baseline& baseline) {
  Session& session = context.session();
  if (!route_case.reads()) co_return true;
  LR_CO_TRY(const Actor actor, co_await session.exerciser().actor(route_case));
  auto request = session.exerciser().request(route_case, actor);
  if (!request) co_return false;
  LR_CO_TRY(const Exchange again, co_await session.exerciser().send_as(
                                      std::move(*request), actor.persona, Intent::kControl));
  co_return again.status() == baseline.positive.status();
}

/// Every form once, each with an actor that the one before has not used up.
net::Task<> try_all(CheckContext& context, const Siege& siege) {
  Exerciser& exerciser = context.session().exerciser();
  LR_CO_TRY(Actor actor, co_await exerciser.actor(siege.route_case));
  LR_CO_TRY(ForgeMaterial material, co_await material_for(context, *actor.persona));
  std::vector<Forgery> forgeries = siege.attack.forge(material);
  context.plan(forgeries.size());
  for (std::size_t i = 0; i < forgeries.size(); ++i) {
    if (i > 0 && needs_fresh_actor(context, siege.route_case)) {
      LR_CO_TRY(actor, co_await exerciser.actor(siege.route_case));
      LR_CO_TRY(material, co_await material_for(context, *actor.persona));
      forgeries = siege.attack.forge(material);
    }
    LR_CO_TRY_VOID(co_await try_forgery(context, siege, forgeries.at(i), actor));
  }
  co_return Result<>();
}

/// A route that answers strangers tells nothing about tokens.
bool is_open(CheckContext& context, const Baseline& baseline) {
  const Judgement stranger =
      judge_attack(baseline, baseline.anonymous, context.session().not_found());
  return stranger.door == Door::kBroken;
}

net::Task<> attack_case(CheckContext& context, TokenAttack attack, RouteCase route_case) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();  // surface.drift
  if (!baseline->usable()) co_return fail(Code::kUnavailable, baseline->problem);
  if (!attack.finding_per_route && is_open(context, *baseline)) {
    co_return fail(Code::kUnavailable,
                   "answers without any credential (see authn.missing), so that nothing about "
                   "tokens can be proved here");
  }
  const Siege siege{attack, route_case, baseline};
  LR_CO_TRY_VOID(co_await try_all(context, siege));
  LR_CO_TRY(const bool works, co_await still_works(context, route_case, *baseline));
  if (works) co_return Result<>();
  co_return fail(Code::kUnavailable,
                 "the allowed identity was refused after the attacks, so that the refusals before "
                 "prove nothing");
}

}  // namespace

net::Task<> run_token_attack(CheckContext& context, TokenAttack attack) {
  Session& session = context.session();
  if (attack.needs_key && !session.identities().can_mint()) {
    context.plan(1);
    context.inconclusive(cell_of("", "", ""),
                         "needs validly signed tokens: " + session.identities().mint_problem());
    co_return Result<>();
  }
  const auto wanted = [](const RouteCase& route_case) { return route_case.is_private(); };
  const auto body = [&context, attack](RouteCase route_case) {
    return attack_case(context, attack, route_case);
  };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace lr::audit
