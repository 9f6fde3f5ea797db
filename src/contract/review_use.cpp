// Names that nothing uses: a limit that is attached to no route protects nothing, and a role or
// scope that no route asks for is a question to its author.
#include <fmt/format.h>

#include <algorithm>

#include "contract/sections.h"

namespace lr::contract {
namespace {

NameSet used_roles(const Contract& contract) {
  NameSet used = 0;
  for (const Route& route : contract.routes) {
    used |= route.access.roles | route.access.owner_except;
  }
  return used;
}

NameSet used_scopes(const Contract& contract) {
  NameSet used = 0;
  for (const Route& route : contract.routes) used |= route.access.scopes;
  return used;
}

bool is_limit_used(const Contract& contract, std::size_t index) {
  return std::ranges::any_of(contract.routes, [&](const Route& route) {
    return std::ranges::find(route.limits, static_cast<LimitIndex>(index)) != route.limits.end();
  });
}

}  // namespace

void review_limits_used(const Contract& contract, const Reader& root) {
  for (std::size_t i = 0; i < contract.limits.size(); ++i) {
    if (is_limit_used(contract, i)) continue;
    root.problems().error(
        contract.limits[i].at, path_of("limits", contract.limits[i].name),
        "no route uses this limit, so it protects nothing: add it to the limits of a "
        "route, or take it out");
  }
}

void review_names_used(const Contract& contract, const Reader& root) {
  Problems& problems = root.problems();
  if (contract.routes.empty()) return;
  const NameSet roles = used_roles(contract);
  for (const Role& role : contract.roles) {
    // A role that includes a used one is used through it.
    if ((role.includes & roles) != 0) continue;
    problems.warning(role.at, path_of("roles", role.name), "no route asks for this role");
  }
  const NameSet scopes = used_scopes(contract);
  const auto items = root.at("scopes").items();
  for (std::size_t i = 0; i < std::min(items.size(), contract.scopes.size()); ++i) {
    if ((scopes >> i & 1) == 0) items[i].warning("no route asks for this scope");
  }
}

}  // namespace lr::contract
