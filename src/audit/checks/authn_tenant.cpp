#include <fmt/format.h>

#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_tenant;

namespace {

constexpr std::string_view kReferences[] = {"CWE-290", "CWE-639", "OWASP API2:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_tenant_from_header"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
using probe::Intent;
using probe::Persona;

void pretend(probe::Request& request, const std::string& tenant) {
  for (const char* name :
       {"X-Tenant-Id", "X-Tenant", "X-Org-Id", "X-Organization-Id", "Tenant-Id"}) {
    request.headers.set(name, tenant);
  }
}

using Leaves = std::map<std::string, std::string>;

void collect(const text::json::value& value, const std::string& place, int depth, Leaves& out) {
  if (depth == 0) return;
  if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      collect(member.value(), place + "/" + std::string(member.key()), depth - 1, out);
    }
  } else if (const auto text = text::scalar_text(value)) {
    out[place] = *text;
  }
}

Leaves leaves_of(const Exchange& exchange) {
  Leaves out;
  if (const auto document = exchange.json()) collect(*document, "", 8, out);
  return out;
}

/// A member that reads as it does for the other tenant and not as it does without the pretence.
std::string moved(const Exchange& plain, const Exchange& other, const Exchange& pretended) {
  const Leaves without = leaves_of(plain);
  const Leaves theirs = leaves_of(other);
  for (const auto& [place, value] : leaves_of(pretended)) {
    const auto own = without.find(place);
    const auto foreign = theirs.find(place);
    if (own == without.end() || foreign == theirs.end()) continue;
    if (value == foreign->second && value != own->second) return place;
  }
  return "";
}

/// The caller of one tenant pretends to be of the other's: plain, other and pretended answers.
net::Task<> pretend_on(CheckContext& context, RouteCase route_case, const Persona& caller,
                       const Persona& other) {
  Session& session = context.session();
  Exerciser& exerciser = session.exerciser();
  LR_CO_TRY(const Baseline* baseline, co_await exerciser.baseline(route_case));
  if (baseline->absent) co_return Result<>();
  const Actor nobody;
  const auto request = exerciser.request(route_case, nobody);
  if (!request || !baseline->usable()) {
    co_return fail(Code::kUnavailable, request ? baseline->problem : request.error().detail());
  }
  context.plan(1);
  LR_CO_TRY(const Exchange plain, co_await exerciser.send_as(*request, &caller, Intent::kControl));
  LR_CO_TRY(const Exchange theirs, co_await exerciser.send_as(*request, &other, Intent::kControl));
  probe::Request attack = *request;
  pretend(attack, other.subject.tenant.str());
  LR_CO_TRY(const Exchange answer,
            co_await exerciser.send_as(std::move(attack), &caller, Intent::kAttack));
  const std::string place = moved(plain, theirs, answer);
  if (answer.limited()) {
    context.inconclusive(cell_of(route_case), "answered 429 and the wait would be too long");
  } else if (place.empty()) {
    context.proved();
  } else {
    Found found = context.finding(
        answer,
        fmt::format("with X-Tenant-Id, {} sees {} of the other tenant", caller.name, place));
    found.evidence.push_back(context.evidence("the same request without the field", plain));
    found.group = "all routes";
    context.found(cell_of(route_case, "tenant named in a field"), std::move(found));
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  Session& session = context.session();
  const Persona* caller = nullptr;
  const Persona* other = nullptr;
  for (const Persona& persona : session.identities().declared()) {
    if (!persona.unusable.empty() || persona.subject.tenant.empty()) continue;
    if (caller == nullptr) caller = &persona;
    const bool foreign = persona.subject.tenant != caller->subject.tenant;
    if (other == nullptr && foreign) other = &persona;
  }
  if (session.identities().can_mint()) {
    const TokenAttack attack{.forge = probe::forge_subject};
    LR_CO_TRY_VOID(co_await run_token_attack(context, attack));
  }
  if (other == nullptr) co_return Result<>();
  const auto readable = [&context, caller, other](const RouteCase& route_case) {
    const contract::Route& route = *route_case.route;
    const auto& contract = context.contract();
    return route_case.reads() && route_case.is_private() && !probe::has_free_path(route) &&
           probe::objects_named(route).empty() && !route.streams &&
           expected_access(contract, route_case, caller, caller).allowed &&
           expected_access(contract, route_case, other, other).allowed;
  };
  const auto body = [&context, caller, other](RouteCase route_case) {
    return pretend_on(context, route_case, *caller, *other);
  };
  co_return co_await context.each_case(readable, body);
}

}  // namespace

constinit const CheckDef check_authn_tenant{
    .id = "authn.tenant",
    .control = report::Control::kAuthn,
    .title = "The caller can choose the tenant",
    .why =
        "A header or an incomplete token moves the caller into another customer's "
        "organisation.",
    .fix =
        "Take user and tenant from the verified token only; refuse tokens that lack "
        "either.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
