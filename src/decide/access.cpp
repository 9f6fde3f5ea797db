#include "decide/access.h"

#include <algorithm>

namespace lr::decide {
namespace {

using contract::Access;
using contract::Contract;
using contract::Method;
using contract::NameSet;
using contract::Object;
using contract::Route;

Decision allow(Reason reason, const Route& route) {
  return {.allowed = true, .code = Code::kNotFound, .reason = reason, .at = route.at};
}

Decision refuse(Code code, Reason reason, const Route& route) {
  return {.allowed = false, .code = code, .reason = reason, .at = route.at};
}

/// Tenants are the same only under the same issuer: two issuers may both have an organisation 42.
bool same_tenant(const Identity& identity, const Owner& owner) {
  return !identity.tenant.empty() && identity.issuer == owner.issuer &&
         identity.tenant == owner.tenant;
}

/// kAllowed, kNotOwner or kOtherTenant for an object whose owner is known.
Reason judge_known_owner(const Contract& contract, const Object& object, const Access& access,
                         const Identity& identity, const Owner& owner) {
  if (contract.has_tenants() && !same_tenant(identity, owner)) return Reason::kOtherTenant;
  if ((identity.roles & access.owner_except) != 0) return Reason::kAllowed;
  if (identity.issuer != owner.issuer) return Reason::kNotOwner;
  const bool owns = object.owner_field_is_tenant
                        ? same_tenant(identity, owner)
                        : !identity.user.empty() && identity.user == owner.user;
  return owns ? Reason::kAllowed : Reason::kNotOwner;
}

bool is_asked_for(const Route& route, contract::ObjectIndex object) {
  if (route.access.owner == object || route.lists == object) return true;
  return std::ranges::any_of(route.references,
                             [&](const auto& reference) { return reference.object == object; });
}

/// Does the answer to this method show the object, so that its owner field can be judged?
bool shows_object(const Route& route, std::optional<Method> method) {
  constexpr contract::MethodSet kReads = contract::bit(Method::kGet) | contract::bit(Method::kHead);
  if (method) return (contract::bit(*method) & kReads) != 0;
  return route.methods != 0 && (route.methods & ~kReads) == 0;
}

bool field_is(const text::json::value& document, const std::string& pointer,
              const std::string& expected) {
  const text::json::value* found = text::resolve_pointer(document, pointer);
  if (found == nullptr || expected.empty()) return false;
  const auto value = text::scalar_text(*found);
  return value && *value == expected;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_uuid(std::string_view id) {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : !is_hex(id[i])) return false;
  }
  return true;
}

bool is_integer(std::string_view id) {
  const bool digits = std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
  return digits && !id.empty() && id.size() <= 20 && (id.size() == 1 || id.front() != '0');
}

bool is_slug(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

}  // namespace

std::string_view reason_name(Reason reason) {
  switch (reason) {
    case Reason::kAllowed:
      return "allowed";
    case Reason::kPublic:
      return "public";
    case Reason::kNoSuchRoute:
      return "no_such_route";
    case Reason::kMethodNotAllowed:
      return "method_not_allowed";
    case Reason::kNoCredential:
      return "no_credential";
    case Reason::kBadCredential:
      return "bad_credential";
    case Reason::kMissingRole:
      return "missing_role";
    case Reason::kMissingScope:
      return "missing_scope";
    case Reason::kNotOwner:
      return "not_owner";
    case Reason::kOwnerUnknown:
      return "owner_unknown";
    case Reason::kOtherTenant:
      return "other_tenant";
  }
  return "unknown";
}

bool id_fits(contract::IdKind kind, std::string_view id) {
  switch (kind) {
    case contract::IdKind::kAny:
      return !id.empty();
    case contract::IdKind::kUuid:
      return is_uuid(id);
    case contract::IdKind::kInteger:
      return is_integer(id);
    case contract::IdKind::kSlug:
      return is_slug(id);
  }
  return false;
}

Decision decide_roles(const Route& route, const Identity* identity) {
  const Access& access = route.access;
  if (!access.authenticated) return allow(Reason::kPublic, route);
  if (identity == nullptr) return refuse(Code::kUnauthenticated, Reason::kNoCredential, route);
  if (access.roles != 0 && (identity->roles & access.roles) == 0) {
    return refuse(Code::kPermissionDenied, Reason::kMissingRole, route);
  }
  if ((identity->scopes & access.scopes) != access.scopes) {
    return refuse(Code::kPermissionDenied, Reason::kMissingScope, route);
  }
  return allow(Reason::kAllowed, route);
}

Decision decide_owner(const Contract& contract, const Route& route, const Identity& identity,
                      std::span<const ObjectUse> uses, std::optional<Method> method) {
  Decision decision = allow(Reason::kAllowed, route);
  bool owner_named = !route.access.owner.has_value();
  for (const ObjectUse& use : uses) {
    const Object& object = contract.objects[use.object];
    if (route.access.owner == use.object) owner_named = true;
    if (!is_asked_for(route, use.object)) {
      const bool foreign =
          use.owner != nullptr && contract.has_tenants() && !same_tenant(identity, *use.owner);
      if (foreign) return refuse(Code::kNotFound, Reason::kOtherTenant, route);
      continue;
    }
    if (use.owner == nullptr) {
      // Only the answer for `access.owner` shows that object; a reference shows nothing.
      const bool provable = object.owner_field && route.access.owner == use.object;
      if (!provable || !shows_object(route, method)) {
        return refuse(Code::kNotFound, Reason::kOwnerUnknown, route);
      }
      decision.owner_by_field = true;
      continue;
    }
    const Reason reason = judge_known_owner(contract, object, route.access, identity, *use.owner);
    if (reason != Reason::kAllowed) return refuse(Code::kNotFound, reason, route);
  }
  if (!owner_named) return refuse(Code::kNotFound, Reason::kOwnerUnknown, route);
  return decision;
}

Decision decide_list_item(const Contract& contract, const Route& route, const Identity& identity,
                          const Owner* owner) {
  if (!route.lists) return refuse(Code::kNotFound, Reason::kOwnerUnknown, route);
  const Object& object = contract.objects[*route.lists];
  if (owner == nullptr) {
    if (!object.owner_field) return refuse(Code::kNotFound, Reason::kOwnerUnknown, route);
    Decision decision = allow(Reason::kAllowed, route);
    decision.owner_by_field = true;
    return decision;
  }
  const Reason reason = judge_known_owner(contract, object, route.access, identity, *owner);
  return reason == Reason::kAllowed ? allow(reason, route) : refuse(Code::kNotFound, reason, route);
}

bool owns_document(const Contract& contract, const Object& object, const Access& access,
                   const Identity& identity, const text::json::value& document) {
  if (!object.owner_field) return false;
  if (object.tenant_field && !field_is(document, *object.tenant_field, identity.tenant.str())) {
    return false;
  }
  if (object.owner_field_is_tenant) {
    return field_is(document, *object.owner_field, identity.tenant.str());
  }
  // or_roles reach no further than the tenant, which the document must prove.
  const bool tenant_proved = !contract.has_tenants() || object.tenant_field.has_value();
  if (tenant_proved && (identity.roles & access.owner_except) != 0) return true;
  return field_is(document, *object.owner_field, identity.user.str());
}

Decision decide_access(const Contract& contract, const RouteMatch& match, Credential credential,
                       const Identity* identity, std::span<const ObjectUse> uses) {
  if (match.outcome == RouteMatch::Outcome::kMethodNotAllowed) {
    return {.code = Code::kMethodNotAllowed, .reason = Reason::kMethodNotAllowed, .at = {}};
  }
  if (match.outcome != RouteMatch::Outcome::kMatched || match.route == nullptr) {
    return {.code = Code::kNotFound, .reason = Reason::kNoSuchRoute, .at = {}};
  }
  const Route& route = *match.route;
  if (!route.access.authenticated) return allow(Reason::kPublic, route);
  if (credential == Credential::kBad) {
    return refuse(Code::kUnauthenticated, Reason::kBadCredential, route);
  }
  if (credential != Credential::kGood) identity = nullptr;
  Decision roles = decide_roles(route, identity);
  if (!roles.allowed) return roles;
  return decide_owner(contract, route, *identity, uses, match.method);
}

}  // namespace lr::decide
