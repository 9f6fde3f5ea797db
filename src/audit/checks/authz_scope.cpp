#include <fmt/format.h>

#include "audit/check_context.h"

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
  auto request = session.exerciser().request(route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  LR_CO_TRY(const Exchange answer,
            co_await session.exerciser().send_as(std::move(*request), intruder, Intent::kAttack));
  session.exerciser().adopt_created(route_case, answer, actor.persona);
  const Judgement verdict = judge_attack(*baseline, answer, session.not_found());
  if (verdict.door == Door::kBroken) {
    context.found(cell_of(route_case, intruder->name),
                  context.finding(answer, "a token without the scope was answered"));
  } else if (verdict.door == Door::kHeld) {
    context.proved();
  } else {
    context.inconclusive(cell_of(route_case), verdict.reason);
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
