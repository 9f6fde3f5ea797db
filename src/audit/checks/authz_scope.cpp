#include <fmt/format.h>

#include "audit/state_proof.h"

namespace lr::audit {

extern const CheckDef check_authz_scope;

namespace {

constexpr std::string_view kReferences[] = {"CWE-863", "OWASP API5:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "scope_ignored_export"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Intent;
using probe::Persona;

/// Somebody whom only the missing scope keeps out: the allowed identity itself without it.
const Persona* without_scope(CheckContext& context, RouteCase route_case, const Persona& allowed) {
  Session& session = context.session();
  if (session.identities().can_mint()) {
    probe::Subject subject = allowed.subject;
    subject.scopes = 0;
    return &session.identities().mint_variant(allowed, subject, allowed.name + "-without-scopes");
  }
  for (const Persona& persona : session.identities().declared()) {
    const auto verdict = expected_access(context.contract(), route_case, &persona, &persona);
    if (verdict.reason == decide::Reason::kMissingScope && persona.unusable.empty())
      return &persona;
  }
  return nullptr;
}

net::Task<Exchange> intrude(CheckContext& context, RouteCase route_case, const Persona* intruder,
                            Actor actor) {
  Exerciser& exerciser = context.session().exerciser();
  auto request = exerciser.request(route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  LR_CO_TRY(Exchange answer,
            co_await exerciser.send_as(std::move(*request), intruder, Intent::kAttack));
  exerciser.adopt_created(route_case, answer, actor.persona);
  co_return answer;
}

net::Task<> check_case(CheckContext& context, RouteCase route_case) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();
  if (!baseline->usable()) co_return fail(Code::kUnavailable, baseline->problem);
  LR_CO_TRY(const Actor actor, co_await session.exerciser().actor(route_case));
  const Persona* intruder = without_scope(context, route_case, *actor.persona);
  if (intruder == nullptr) {
    co_return fail(Code::kNotFound, "no audit identity lacks the scope, and none can be minted");
  }
  context.plan(1);
  LR_CO_TRY(Exchange answer, co_await intrude(context, route_case, intruder, actor));
  const Judgement first = judge_attack(*baseline, answer, session.not_found());
  const Attempt attempt = [&context, &route_case, intruder](const Actor& owner) {
    return intrude(context, route_case, intruder, owner);
  };
  LR_CO_TRY(StateProof proof, co_await prove_by_state(context, route_case, first, attempt));
  if (!proof.answer) proof.answer = std::move(answer);
  if (proof.verdict.door == Door::kBroken) {
    Found found = context.finding(*proof.answer, "a token without the scope was answered");
    add_proof(context, proof, found);
    context.found(cell_of(route_case, intruder->name), std::move(found));
  } else if (proof.verdict.door == Door::kHeld) {
    context.proved();
  } else {
    context.inconclusive(cell_of(route_case), proof.verdict.reason);
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  const auto wanted = [](const RouteCase& route_case) {
    return route_case.route->access.scopes != 0;
  };
  const auto body = [&context](RouteCase route_case) { return check_case(context, route_case); };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace

constinit const CheckDef check_authz_scope{
    .id = "authz.scope",
    .control = report::Control::kAuthz,
    .title = "A token without the scope reaches the function",
    .why = "A token that was given for one purpose can be used for every other.",
    .fix = "Check the scopes of the verified token on every route that asks for one.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
