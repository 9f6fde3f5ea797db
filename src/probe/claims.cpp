#include "probe/claims.h"

#include <string>
#include <vector>

namespace lr::probe {
namespace {

namespace json = text::json;

std::vector<std::string> pointer_parts(std::string_view place) {
  std::vector<std::string> parts;
  if (place.empty() || place.front() != '/') {
    parts.emplace_back(place);
    return parts;
  }
  std::string part;
  for (std::size_t i = 1; i <= place.size(); ++i) {
    if (i == place.size() || place[i] == '/') {
      parts.push_back(std::move(part));
      part.clear();
    } else if (place[i] == '~' && i + 1 < place.size()) {
      part += place[++i] == '1' ? '/' : '~';
    } else {
      part += place[i];
    }
  }
  return parts;
}

/// The object that holds the last part; made on the way when `make`. Null when it is not there.
json::object* parent_of(json::object& claims, const std::vector<std::string>& parts, bool make) {
  json::object* at = &claims;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    json::value* next = at->if_contains(parts[i]);
    if (next == nullptr || !next->is_object()) {
      if (!make) return nullptr;
      (*at)[parts[i]] = json::object();
      next = at->if_contains(parts[i]);
    }
    at = &next->get_object();
  }
  return at;
}

}  // namespace

void set_claim(json::object& claims, std::string_view place, json::value value) {
  const std::vector<std::string> parts = pointer_parts(place);
  (*parent_of(claims, parts, true))[parts.back()] = std::move(value);
}

void erase_claim(json::object& claims, std::string_view place) {
  const std::vector<std::string> parts = pointer_parts(place);
  if (json::object* parent = parent_of(claims, parts, false)) parent->erase(parts.back());
}

json::object make_claims(const contract::Contract& contract, const contract::Issuer& issuer,
                         const Subject& subject, std::int64_t now, seconds lifetime) {
  json::object claims;
  claims["iss"] = issuer.issuer;
  if (!issuer.audiences.empty()) claims["aud"] = issuer.audiences.front();
  claims["iat"] = now;
  claims["exp"] = now + lifetime.count();
  set_claim(claims, issuer.claims.user, json::string(subject.user.str()));
  if (!issuer.claims.tenant.empty() && !subject.tenant.empty()) {
    set_claim(claims, issuer.claims.tenant, json::string(subject.tenant.str()));
  }
  json::array roles;
  for (std::size_t i = 0; i < contract.roles.size(); ++i) {
    if ((subject.roles >> i & 1U) != 0) roles.emplace_back(contract.roles[i].name);
  }
  if (!roles.empty()) set_claim(claims, issuer.claims.roles, std::move(roles));
  std::string scopes;
  for (std::size_t i = 0; i < contract.scopes.size(); ++i) {
    if ((subject.scopes >> i & 1U) != 0) scopes += (scopes.empty() ? "" : " ") + contract.scopes[i];
  }
  if (!scopes.empty()) set_claim(claims, issuer.claims.scopes, json::string(scopes));
  return claims;
}

}  // namespace lr::probe
