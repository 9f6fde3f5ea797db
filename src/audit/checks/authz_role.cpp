#include <fmt/format.h>

#include "audit/intruders.h"
#include "audit/state_proof.h"

namespace lr::audit {

extern const CheckDef check_authz_role;

namespace {

constexpr std::string_view kReferences[] = {"CWE-285", "CWE-862", "OWASP API5:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "role_missing_admin_stats"},
    {Sample::Kind::kVulnerable, "role_admin_by_query_flag"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Intent;
using probe::Persona;

struct Form {
  std::string_view name;
  bool query = false;
  bool headers = false;
};
/// Flags that careless servers take for a role, all in one request.
constexpr Form kForms[] = {{"plainly", false, false},
                           {"with ?admin=true and relatives", true, false},
                           {"with X-Role: admin and relatives", false, true}};

void decorate(probe::Request& request, const Form& form) {
  if (form.query) {
    for (const char* flag : {"admin", "is_admin", "debug"}) {
      probe::append_query(request.target, flag, "true");
    }
    probe::append_query(request.target, "role", "admin");
  }
  if (form.headers) {
    for (const char* name : {"X-Role", "X-Roles", "X-User-Role"})
      request.headers.set(name, "admin");
    for (const char* name : {"X-Admin", "X-Is-Admin"}) request.headers.set(name, "true");
  }
}

/// One person on one case.
struct Intrusion {
  RouteCase route_case;
  const Baseline* baseline = nullptr;
  const Persona* intruder = nullptr;
};

net::Task<Exchange> intrude(CheckContext& context, Intrusion intrusion, Form form, Actor actor) {
  Exerciser& exerciser = context.session().exerciser();
  auto request = exerciser.request(intrusion.route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  decorate(*request, form);
  LR_CO_TRY(Exchange answer,
            co_await exerciser.send_as(std::move(*request), intrusion.intruder, Intent::kAttack));
  exerciser.adopt_created(intrusion.route_case, answer, intrusion.intruder);
  co_return answer;
}

void report_broken(CheckContext& context, const Intrusion& intrusion, const Form& form,
                   const StateProof& proof) {
  const Persona& intruder = *intrusion.intruder;
  Found found = context.finding(
      *proof.answer, fmt::format("{}, whose role does not allow it, {}", intruder.name, form.name));
  found.evidence.push_back(context.evidence("the allowed identity's answer, for comparison",
                                            intrusion.baseline->positive));
  add_proof(context, proof, found);
  // Nobody declared lacks the role: one cause then, however many routes it opens.
  if (intruder.declared == nullptr) found.group = fmt::format("without a role, {}", form.name);
  context.found(cell_of(intrusion.route_case, fmt::format("{}, {}", intruder.name, form.name)),
                std::move(found));
}

net::Task<> attack(CheckContext& context, Intrusion intrusion) {
  Session& session = context.session();
  const RouteCase& route_case = intrusion.route_case;
  LR_CO_TRY(const Actor actor, co_await session.exerciser().actor(route_case));
  for (const Form& form : kForms) {
    LR_CO_TRY(Exchange answer, co_await intrude(context, intrusion, form, actor));
    const Judgement first = judge_attack(*intrusion.baseline, answer, session.not_found());
    const Attempt attempt = [&context, &intrusion, &form](const Actor& owner) {
      return intrude(context, intrusion, form, owner);
    };
    LR_CO_TRY(StateProof proof, co_await prove_by_state(context, route_case, first, attempt));
    if (!proof.answer) proof.answer = std::move(answer);
    if (proof.verdict.door == Door::kBroken) {
      report_broken(context, intrusion, form, proof);
    } else if (proof.verdict.door == Door::kHeld) {
      context.proved();
    } else {
      context.inconclusive(
          cell_of(route_case, fmt::format("{}, {}", intrusion.intruder->name, form.name)),
          proof.verdict.reason);
    }
  }
  co_return Result<>();
}

net::Task<> check_case(CheckContext& context, RouteCase route_case) {
  Session& session = context.session();
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();
  if (!baseline->usable()) co_return fail(Code::kUnavailable, baseline->problem);
  const Intruders intruders = without_role(context, route_case, *baseline->persona);
  if (!intruders.missing.empty()) co_return fail(Code::kNotFound, intruders.missing);
  context.plan(intruders.people.size() * std::size(kForms));
  for (const Persona* intruder : intruders.people) {
    const Intrusion intrusion{route_case, baseline, intruder};
    LR_CO_TRY_VOID(co_await attack(context, intrusion));
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  const auto wanted = [](const RouteCase& route_case) {
    return route_case.route->access.roles != 0;
  };
  const auto body = [&context](RouteCase route_case) { return check_case(context, route_case); };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace

constinit const CheckDef check_authz_role{
    .id = "authz.role",
    .control = report::Control::kAuthz,
    .title = "A role reaches functions of another role",
    .why = "An ordinary user runs administrator functions.",
    .fix =
        "Check the caller's role from the verified token on every route; never take it "
        "from the query, a header or the body.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kRoles,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
