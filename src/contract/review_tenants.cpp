// Tenants are all or nothing: one caller without a tenant, or one object whose tenant nobody can
// be compared with, would be a hole in the isolation of all.
#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"

namespace lr::contract {
namespace {

constexpr std::string_view kCure =
    "map one with claims: {tenant: …} in every issuer, or leave tenants out everywhere";

void review_issuers(const Reader& issuers) {
  for (const Reader& entry : issuers.items()) {
    if (entry.at("claims").at("tenant")) continue;
    entry.error(fmt::format("names no tenant claim, but the contract has tenants; {}", kCure));
  }
}

void review_keys(const Contract& contract, const Reader& section) {
  if (!contract.api_keys) return;
  for (const ApiKey& key : contract.api_keys->keys) {
    if (!key.tenant.empty()) continue;
    section.error(
        fmt::format("key {} names no tenant, but the contract has tenants", in_quotes(key.id)));
  }
}

void review_objects(const Contract& contract, const Reader& objects) {
  for (const Reader::Entry& entry : objects.entries()) {
    const auto index = contract.find_object(entry.name);
    if (!index) continue;
    const Object& object = contract.objects[*index];
    const Reader place =
        object.tenant_field ? entry.value.at("tenant_field") : entry.value.at("ownership").at("is");
    if (object.tenant_field || object.owner_field_is_tenant) {
      place.error(
          "names a tenant, but no token says which tenant its user belongs to: set "
          "identity.issuers[].claims.tenant");
    }
  }
}

void review_identities(const Reader& identities, bool tenants) {
  for (const Reader::Entry& entry : identities.entries()) {
    const Reader tenant = entry.value.at("tenant");
    if (tenants && !tenant) {
      identities.problems().error(entry.mark, path_of(identities.path(), entry.name),
                                  "names no tenant, but the contract has tenants");
    }
    if (!tenants && tenant) {
      tenant.error(
          "names a tenant, but no issuer maps a tenant claim: set "
          "identity.issuers[].claims.tenant");
    }
  }
}

/// A field of a document names a user, but not by which issuer that user is known.
void review_field_owners(const Contract& contract, const Reader& objects) {
  const std::size_t issuers = contract.issuers.size() + (contract.api_keys ? 1 : 0);
  if (issuers < 2) return;
  for (const Reader::Entry& entry : objects.entries()) {
    const Reader field = entry.value.at("ownership").at("field");
    if (!field || entry.value.at("ownership").at("learn")) continue;
    field.warning(
        "cannot tell users of different issuers apart: make sure that no two issuers "
        "use the same user id, or add learn");
  }
}

}  // namespace

void review_tenants(const Contract& contract, const Reader& root) {
  const bool tenants =
      contract.has_tenants() ||
      (contract.api_keys && std::ranges::any_of(contract.api_keys->keys, [](const ApiKey& key) {
         return !key.tenant.empty();
       }));
  const Reader identity = root.at("identity");
  if (tenants) {
    review_issuers(identity.at("issuers"));
    review_keys(contract, identity.at("api_keys"));
  } else {
    review_objects(contract, root.at("objects"));
  }
  review_identities(root.at("audit").at("identities"), tenants);
  review_field_owners(contract, root.at("objects"));
}

}  // namespace lr::contract
