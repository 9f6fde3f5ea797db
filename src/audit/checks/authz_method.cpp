#include <fmt/format.h>

#include "audit/ownership.h"
#include "probe/state.h"

namespace lr::audit {

extern const CheckDef check_authz_method;

namespace {

constexpr std::string_view kReferences[] = {"CWE-650", "CWE-285", "OWASP API5:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "method_override"},
    {Sample::Kind::kFixed, ""},
};

using contract::Method;
using probe::Exchange;
using probe::Intent;
using probe::Sacrifice;

struct Trick {
  std::string form;
  Method method = Method::kGet;
  bool override = false;
};

/// Methods that the contract gives this person on the path, whatever route lists them.
bool may_delete(CheckContext& context, RouteCase route_case, const probe::Persona& persona) {
  for (const RouteCase& other : context.session().cases()) {
    if (other.route->path != route_case.route->path || other.method != Method::kDelete) continue;
    if (expected_access(context.contract(), other, &persona, &persona).allowed) return true;
  }
  return false;
}

void apply(probe::Request& request, const Trick& trick) {
  request.method = contract::method_name(trick.method);
  if (!trick.override) return;
  for (const char* name : {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}) {
    request.headers.set(name, "DELETE");
  }
  probe::append_query(request.target, "_method", "DELETE");
}

net::Task<> attack(CheckContext& context, RouteCase route_case, Trick trick) {
  Session& session = context.session();
  const probe::Persona* owner = session.exerciser().allowed(route_case);
  const contract::ObjectIndex object = probe::objects_in_path(*route_case.route).back();
  LR_CO_TRY(const Sacrifice victim, co_await session.objects().create(object, *owner));
  LR_CO_TRY(const Exchange first, co_await session.objects().read(victim, *owner));
  LR_CO_TRY(const Exchange second, co_await session.objects().read(victim, *owner));
  const probe::StateWitness witness(first, second);
  const Cell cell = cell_of(route_case, trick.form);
  if (!witness.sound()) {
    context.inconclusive(cell, "the owner cannot read the object back");
    co_return Result<>();
  }
  Actor actor;
  actor.persona = owner;
  actor.ids = victim.ids;
  auto request = session.exerciser().request(route_case, actor);
  if (!request) co_return std::unexpected(std::move(request).error());
  apply(*request, trick);
  LR_CO_TRY(const Exchange answer,
            co_await session.exerciser().send_as(std::move(*request), owner, Intent::kAttack));
  LR_CO_TRY(const Exchange after, co_await session.objects().read(victim, *owner));
  if (!probe::StateWitness::can_judge(after)) {
    context.inconclusive(cell, unreadable_afterwards(after));
    co_return Result<>();
  }
  const std::string change = witness.change(after);
  if (change.empty()) {
    context.proved();
    co_return Result<>();
  }
  Found found = context.finding(answer, trick.form);
  found.evidence.push_back(context.evidence("read afterwards: " + change, after));
  context.found(cell, std::move(found));
  co_return Result<>();
}

net::Task<> check_case(CheckContext& context, RouteCase route_case) {
  Session& session = context.session();
  const probe::Persona* owner = session.exerciser().allowed(route_case);
  if (owner == nullptr) co_return fail(Code::kNotFound, "no audit identity may use this route");
  LR_CO_TRY(const Baseline* baseline, co_await session.exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();
  std::vector<Trick> tricks = {
      {"GET with X-HTTP-Method-Override: DELETE and relatives", Method::kGet, true},
      {"POST with X-HTTP-Method-Override: DELETE and relatives", Method::kPost, true}};
  if (!may_delete(context, route_case, *owner))
    tricks.push_back({"DELETE", Method::kDelete, false});
  context.plan(tricks.size());
  for (const Trick& trick : tricks) {
    LR_CO_TRY_VOID(co_await attack(context, route_case, trick));
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  const auto wanted = [&context](const RouteCase& route_case) {
    const auto objects = probe::objects_in_path(*route_case.route);
    return route_case.method == Method::kGet && route_case.is_private() && !objects.empty() &&
           context.session().objects().can_read(objects.back());
  };
  const auto body = [&context](RouteCase route_case) { return check_case(context, route_case); };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace

constinit const CheckDef check_authz_method{
    .id = "authz.method",
    .control = report::Control::kAuthz,
    .title = "Another method changes what the caller may only read",
    .why =
        "Who may look at a thing can delete or overwrite it by changing or overriding the "
        "method.",
    .fix =
        "Answer 405 to every method that the route does not list, and ignore method "
        "override fields.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
