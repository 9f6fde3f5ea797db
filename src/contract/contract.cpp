#include "contract/contract.h"

#include <algorithm>
#include <array>

namespace lr::contract {
namespace {

constexpr std::array<std::string_view, kMethodCount> kMethodNames = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

template <class Range, class Projection>
std::optional<std::size_t> index_of(const Range& range, std::string_view name,
                                    Projection projection) {
  const auto found = std::ranges::find(range, name, projection);
  if (found == range.end()) return std::nullopt;
  return static_cast<std::size_t>(found - range.begin());
}

}  // namespace

std::string_view method_name(Method method) {
  return kMethodNames[static_cast<std::size_t>(method)];
}

std::optional<Method> parse_method(std::string_view name) {
  const auto found = std::ranges::find(kMethodNames, name);
  if (found == kMethodNames.end()) return std::nullopt;
  return static_cast<Method>(found - kMethodNames.begin());
}

std::string_view limit_key_name(LimitKey key) {
  switch (key) {
    case LimitKey::kIp:
      return "ip";
    case LimitKey::kUser:
      return "user";
    case LimitKey::kToken:
      return "token";
    case LimitKey::kConversation:
      return "conversation";
    case LimitKey::kRoute:
      return "route";
    case LimitKey::kAccount:
      return "account";
  }
  return "unknown";
}

std::optional<std::size_t> Contract::find_role(std::string_view name) const {
  return index_of(roles, name, &Role::name);
}

std::optional<std::size_t> Contract::find_scope(std::string_view name) const {
  return index_of(scopes, name, std::identity{});
}

std::optional<ObjectIndex> Contract::find_object(std::string_view name) const {
  const auto index = index_of(objects, name, &Object::name);
  if (!index) return std::nullopt;
  return static_cast<ObjectIndex>(*index);
}

const Environment* Contract::find_environment(std::string_view name) const {
  const auto index = index_of(environments, name, &Environment::name);
  return index ? &environments[*index] : nullptr;
}

NameSet Contract::close_roles(std::span<const std::string_view> names) const {
  NameSet set = 0;
  for (const std::string_view name : names) {
    if (const auto index = find_role(name)) set |= roles[*index].includes;
  }
  return set;
}

NameSet Contract::scope_set(std::span<const std::string_view> names) const {
  NameSet set = 0;
  for (const std::string_view name : names) {
    if (const auto index = find_scope(name)) set |= NameSet{1} << *index;
  }
  return set;
}

bool Contract::has_tenants() const {
  // API keys either all name a tenant or none does; the loader sees to it.
  const bool key_tenants =
      api_keys && !api_keys->keys.empty() && !api_keys->keys.front().tenant.empty();
  return key_tenants || std::ranges::any_of(issuers, [](const Issuer& issuer) {
           return !issuer.claims.tenant.empty();
         });
}

std::vector<ProductSecret> Contract::all_secrets() const {
  std::vector<ProductSecret> out = secrets.values;
  const auto add = [&](std::string path, const SecretRef& value) {
    const bool named = std::ranges::any_of(secrets.values, [&](const ProductSecret& secret) {
      return secret.value.kind == value.kind && secret.value.name == value.name;
    });
    if (!named) out.push_back({std::move(path), value, false, {}, {}, {}});
  };
  for (const Issuer& issuer : issuers) {
    if (const auto* shared = std::get_if<SharedSecret>(&issuer.keys)) {
      add("identity.issuers." + issuer.name, shared->secret);
    }
  }
  if (guard.ledger_key) add("guard.ledger_key", *guard.ledger_key);
  for (const AuditIdentity& identity : audit.identities) {
    const std::string path = "audit.identities." + identity.name;
    if (identity.token) add(path + ".token", *identity.token);
    if (identity.password) add(path + ".password", *identity.password);
  }
  if (audit.mint) add("audit.mint.key", audit.mint->key);
  if (mail && mail->smtp && mail->smtp->password) add("mail.smtp.password", *mail->smtp->password);
  if (mail && mail->arrives && mail->arrives->imap && mail->arrives->imap->password) {
    add("mail.arrives.password", *mail->arrives->imap->password);
  }
  if (edge && edge->token) add("edge.token", *edge->token);
  return out;
}

}  // namespace lr::contract
