// The access decision: route, identity and ownership in, one Decision out. Pure, and compared
// exhaustively with testing/oracle.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decide/identity.h"
#include "decide/router.h"

namespace lr::decide {

/// What a decision is based on, named for logs, ledgers and `--explain`.
enum class Reason : std::uint8_t {
  kAllowed,
  kPublic,
  kNoSuchRoute,
  kMethodNotAllowed,
  kNoCredential,
  kBadCredential,
  kMissingRole,
  kMissingScope,
  kNotOwner,      ///< Known to belong to somebody else.
  kOwnerUnknown,  ///< Never learned; indistinguishable from missing for the caller.
  kOtherTenant,
};
std::string_view reason_name(Reason reason);

struct Decision {
  bool allowed = false;
  Code code = Code::kNotFound;  ///< The answer when not allowed.
  Reason reason = Reason::kNoSuchRoute;
  contract::Mark at;  ///< The contract line that decides.
  /// Allowed only if the answer's declared owner field proves ownership before release.
  bool owner_by_field = false;
};

/// Who owns an object, as far as the store knows. Users and tenants of different issuers are
/// different, even when their names are equal.
struct Owner {
  UserId user;
  TenantId tenant;
  std::string issuer;
  friend bool operator==(const Owner&, const Owner&) = default;
};

/// One object that a request names, with its owner if known.
struct ObjectUse {
  contract::ObjectIndex object = 0;
  const Owner* owner = nullptr;
};

/// Roles and scopes only. `identity` is null for an anonymous caller.
Decision decide_roles(const contract::Route& route, const Identity* identity);

/// Ownership of every object a request names. Objects that `access.owner` or a reference asks for
/// must belong to the caller; of every other named object only the tenant is compared. A missing
/// and a foreign object give the same answer (404). `access.owner` that the request does not name
/// is refused too.
/// An object whose owner is unknown but stands in a declared field is allowed with
/// `owner_by_field` when `method` shows it (GET, HEAD) and refused otherwise; without a method,
/// only when the route has no other methods.
Decision decide_owner(const contract::Contract& contract, const contract::Route& route,
                      const Identity& identity, std::span<const ObjectUse> uses,
                      std::optional<contract::Method> method = std::nullopt);

/// Ownership of one item of a list answer (`lists`), by what the store knows. An unknown owner is
/// allowed with `owner_by_field` when the object declares its owner's field.
Decision decide_list_item(const contract::Contract& contract, const contract::Route& route,
                          const Identity& identity, const Owner* owner);

/// Ownership judged from the object itself, by its declared fields. `document` is one object.
bool owns_document(const contract::Contract& contract, const contract::Object& object,
                   const contract::Access& access, const Identity& identity,
                   const text::json::value& document);

/// Can `id` be an id of that kind at all? What cannot be one does not exist (404).
bool id_fits(contract::IdKind kind, std::string_view id);

/// The state of the caller's credential.
enum class Credential : std::uint8_t { kNone, kBad, kGood };

/// The whole decision in order: route, method, credential, roles, scopes, ownership. This is what
/// audit expects of a target and what guard's filters compose.
Decision decide_access(const contract::Contract& contract, const RouteMatch& match,
                       Credential credential, const Identity* identity,
                       std::span<const ObjectUse> uses);

}  // namespace lr::decide
