#include "audit/intruders.h"

#include <fmt/format.h>

namespace lr::audit {
namespace {

using probe::Persona;

bool same_person(const Persona& a, const Persona& b) {
  return a.subject.user == b.subject.user && a.subject.tenant == b.subject.tenant;
}

bool kept_out_by_ownership(CheckContext& context, const RouteCase& route_case,
                           const Persona& persona, const Persona& owner) {
  const auto verdict = expected_access(context.contract(), route_case, &persona, &owner);
  const bool by_owner = verdict.reason == decide::Reason::kNotOwner ||
                        verdict.reason == decide::Reason::kOtherTenant ||
                        verdict.reason == decide::Reason::kOwnerUnknown;
  return !verdict.allowed && by_owner;
}

/// The owner's rights in somebody else's hands.
probe::Subject other_than(const Persona& owner, bool same_tenant) {
  probe::Subject out = owner.subject;
  out.user = UserId("launchready-" + owner.subject.user.str());
  if (!same_tenant) out.tenant = TenantId("launchready-other");
  return out;
}

}  // namespace

Intruders besides_owner(CheckContext& context, const RouteCase& route_case, const Persona& owner,
                        bool same_tenant) {
  probe::Identities& identities = context.session().identities();
  Intruders out;
  if (!same_tenant && !context.contract().has_tenants()) return out;
  for (const Persona& persona : identities.declared()) {
    if (!persona.unusable.empty() || same_person(persona, owner)) continue;
    if ((persona.subject.tenant == owner.subject.tenant) != same_tenant) continue;
    if (kept_out_by_ownership(context, route_case, persona, owner)) out.people.push_back(&persona);
  }
  if (!out.people.empty()) return out;
  Persona stranger = owner;
  stranger.subject = other_than(owner, same_tenant);
  if (!kept_out_by_ownership(context, route_case, stranger, owner)) return out;
  const std::string_view whose = same_tenant ? "the same tenant" : "another tenant";
  if (identities.can_mint()) {
    std::string name = fmt::format("somebody of {}, with the rights of {}", whose, owner.name);
    out.people.push_back(
        &identities.mint_variant(owner, std::move(stranger.subject), std::move(name)));
  } else if (context.contract().has_tenants()) {
    out.missing = fmt::format(
        "nobody could try it: audit.identities needs a second user of {} with the roles of {}",
        whose, owner.name);
  } else {
    out.missing = fmt::format(
        "nobody could try it: audit.identities needs a second user with the roles of {}",
        owner.name);
  }
  return out;
}

Intruders without_role(CheckContext& context, const RouteCase& route_case, const Persona& allowed) {
  probe::Identities& identities = context.session().identities();
  Intruders out;
  for (const Persona& persona : identities.declared()) {
    const auto verdict = expected_access(context.contract(), route_case, &persona, &persona);
    if (verdict.reason == decide::Reason::kMissingRole && persona.unusable.empty()) {
      out.people.push_back(&persona);
    }
  }
  if (!out.people.empty()) return out;
  if (identities.can_mint()) {
    probe::Subject subject = allowed.subject;
    subject.roles = 0;
    out.people.push_back(
        &identities.mint_variant(allowed, std::move(subject), allowed.name + " without a role"));
  } else {
    out.missing = "nobody could try it: audit.identities needs somebody without the role";
  }
  return out;
}

}  // namespace lr::audit
