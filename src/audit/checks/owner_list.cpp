#include <fmt/format.h>

#include "audit/ownership.h"

namespace lr::audit {

extern const CheckDef check_owner_list;

namespace {

constexpr std::string_view kReferences[] = {"CWE-639", "OWASP API1:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "list_all_conversations"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Persona;
using probe::Sacrifice;

bool lists_id(const contract::Route& route, const Exchange& answer, const std::string& id) {
  const auto document = answer.json();
  const text::json::value* items =
      document ? text::resolve_pointer(*document, route.list_items) : nullptr;
  if (items == nullptr || !items->is_array()) return false;
  for (const text::json::value& item : items->get_array()) {
    const text::json::value* found = text::resolve_pointer(item, route.list_id);
    if (found != nullptr && text::scalar_text(*found) == id) return true;
  }
  return false;
}

/// Plain, and with the query flags that careless servers obey.
std::string target_of(const contract::Route& route, const Persona& victim, bool flags) {
  std::string target = route.path;
  if (!flags) return target;
  probe::append_query(target, "all", "true");
  probe::append_query(target, "user_id", victim.subject.user.str());
  probe::append_query(target, "owner", victim.subject.user.str());
  return target;
}

net::Task<Exchange> list_as(CheckContext& context, const contract::Route& route,
                            const Persona& reader, const Persona& victim, bool flags) {
  probe::Request request;
  request.target = target_of(route, victim, flags);
  const bool own = &reader == &victim;
  const probe::Intent intent = own ? probe::Intent::kControl : probe::Intent::kAttack;
  co_return co_await context.session().exerciser().send_as(std::move(request), &reader, intent);
}

net::Task<> attack_list(CheckContext& context, RouteCase route_case, const Sacrifice& victim,
                        const Persona& attacker) {
  const contract::Route& route = *route_case.route;
  for (const bool flags : {false, true}) {
    const Cell cell = cell_of(route_case, attacker.name + (flags ? " with ?all=true" : ""));
    LR_CO_TRY(const Exchange answer,
              co_await list_as(context, route, attacker, *victim.owner, flags));
    if (answer.limited()) {
      context.inconclusive(cell, "answered 429 and the wait would be too long");
    } else if (answer.ok() && (probe::shows_marker(answer.response.body, victim.marker) ||
                               lists_id(route, answer, victim.id))) {
      context.found(cell, context.finding(answer, fmt::format("{} sees an object of {} in the list",
                                                              attacker.name, victim.owner->name)));
    } else {
      context.proved();
    }
  }
  co_return Result<>();
}

/// Those who may use the list and whom the contract keeps from seeing what `owner` owns.
std::vector<const Persona*> outsiders(CheckContext& context, const RouteCase& route_case,
                                      const Persona& owner) {
  const contract::Contract& contract = context.contract();
  const decide::Identity owned_by = probe::identity_of(owner, contract);
  const decide::Owner belongs{owned_by.user, owned_by.tenant, owned_by.issuer};
  std::vector<const Persona*> out;
  for (const Persona& persona : context.session().identities().declared()) {
    if (!persona.unusable.empty() || &persona == &owner) continue;
    if (!expected_access(contract, route_case, &persona, &persona).allowed) continue;
    const decide::Identity identity = probe::identity_of(persona, contract);
    if (!decide::decide_list_item(contract, *route_case.route, identity, &belongs).allowed) {
      out.push_back(&persona);
    }
  }
  return out;
}

net::Task<> check_list(CheckContext& context, RouteCase route_case) {
  Session& session = context.session();
  const contract::Route& route = *route_case.route;
  const Persona* owner = session.exerciser().allowed(route_case);
  if (owner == nullptr || probe::has_free_path(route) || !probe::objects_in_path(route).empty()) {
    co_return fail(Code::kNotFound, "no audit identity can use this list");
  }
  LR_CO_TRY(const Sacrifice victim, co_await session.objects().shared(*route.lists, *owner));
  LR_CO_TRY(const Exchange own, co_await list_as(context, route, *owner, *owner, false));
  if (!probe::shows_marker(own.response.body, victim.marker) && !lists_id(route, own, victim.id)) {
    co_return fail(Code::kNotFound, "the owner's own list does not show the object just made");
  }
  const std::vector<const Persona*> enemies = outsiders(context, route_case, *owner);
  context.plan(enemies.size() * 2);
  for (const Persona* enemy : enemies) {
    LR_CO_TRY_VOID(co_await attack_list(context, route_case, victim, *enemy));
  }
  co_return Result<>();
}

bool is_list(const RouteCase& route_case) {
  return route_case.route->lists && route_case.reads() && route_case.is_private();
}

net::Task<> run(CheckContext& context) {
  const auto body = [&context](RouteCase route_case) { return check_list(context, route_case); };
  co_return co_await context.each_case(is_list, body);
}

}  // namespace

constinit const CheckDef check_owner_list{
    .id = "owner.list",
    .control = report::Control::kOwner,
    .title = "Lists show what belongs to others",
    .why = "One request lists the private objects of all users, ids included.",
    .fix = "Filter every list by the caller's user and tenant in the query itself.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
