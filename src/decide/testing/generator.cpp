#include "decide/testing/generator.h"

#include <fmt/format.h>

#include <set>

namespace lr::decide::testing {
namespace {

const Names kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
const Names kScopes = {"read", "write"};
const Names kRoles = {"viewer", "staff", "admin", "support", "robot"};

bool one_in(Rng& rng, std::uint64_t n) { return rng.below(n) == 0; }

const std::string& pick(const Names& names, Rng& rng) { return names[rng.below(names.size())]; }

Names some_of(const Names& names, std::uint64_t one_in_n, Rng& rng) {
  Names out;
  for (const std::string& name : names) {
    if (one_in(rng, one_in_n)) out.push_back(name);
  }
  return out;
}

bool contains(const Names& names, const std::string& name) {
  for (const std::string& other : names) {
    if (other == name) return true;
  }
  return false;
}

/// conversation is learned, order declares a field, file does both, board belongs to the tenant.
std::vector<PlainObject> objects_of(bool tenants) {
  return {{"conversation", true, false, false},
          {"order", false, true, false},
          {"file", true, true, false},
          {"board", true, true, tenants}};
}

std::string random_path(Rng& rng) {
  static const Names kSegments = {"a",       "b",      "{x}",    "{conversation}",
                                  "{order}", "{file}", "{board}"};
  std::string path;
  Names used;
  const std::uint64_t length = rng.below(4);
  for (std::uint64_t i = 0; i < length; ++i) {
    const std::string& segment = pick(kSegments, rng);
    if (contains(used, segment) && segment.front() == '{') continue;
    used.push_back(segment);
    path += "/" + segment;
  }
  if (one_in(rng, 4)) path += "/**";
  return path.empty() ? "/" : path;
}

std::string shape_of(const std::string& path) {
  std::string out;
  for (const std::string& segment : split_path(path)) {
    out += segment.front() == '{' ? "/{}" : "/" + segment;
  }
  return out;
}

Names objects_in(const std::string& path, const PlainContract& contract) {
  Names out;
  for (const PlainObject& object : contract.objects) {
    if (path.find("{" + object.name + "}") != std::string::npos) out.push_back(object.name);
  }
  return out;
}

PlainRoute random_route(const PlainContract& contract, Rng& rng) {
  PlainRoute route;
  route.path = random_path(rng);
  route.methods = some_of(kMethods, 3, rng);
  if (route.methods.empty()) route.methods = {"GET"};
  route.open = one_in(rng, 6);
  if (route.open) return route;
  route.roles = some_of(kRoles, 4, rng);
  route.scopes = some_of(kScopes, 4, rng);
  if (one_in(rng, 4)) {
    route.references.push_back(contract.objects[rng.below(contract.objects.size())].name);
  }
  Names named = objects_in(route.path, contract);
  named.insert(named.end(), route.references.begin(), route.references.end());
  if (!named.empty() && !one_in(rng, 4)) route.owner = pick(named, rng);
  if (!route.owner.empty() || !route.references.empty()) route.or_roles = some_of(kRoles, 5, rng);
  return route;
}

std::string list_of(const Names& names) {
  std::string out = "[";
  for (const std::string& name : names) out += (out.size() > 1 ? ", " : "") + name;
  return out + "]";
}

std::string access_of(const PlainRoute& route) {
  if (route.open) return "public";
  Names parts;
  if (!route.roles.empty()) parts.push_back("roles: " + list_of(route.roles));
  if (!route.scopes.empty()) parts.push_back("scopes: " + list_of(route.scopes));
  if (!route.owner.empty()) parts.push_back("owner: " + route.owner);
  if (!route.or_roles.empty()) parts.push_back("or_roles: " + list_of(route.or_roles));
  if (parts.empty()) return "authenticated";
  const std::string list = list_of(parts);
  return "{" + list.substr(1, list.size() - 2) + "}";
}

std::string yaml_of_object(const PlainObject& object, bool tenants) {
  std::string ownership;
  if (object.learned) ownership += "learn: /id";
  if (object.has_field) ownership += ownership.empty() ? "field: /owner" : ", field: /owner";
  if (object.shared_in_tenant) ownership += ", is: tenant";
  return fmt::format("  {}: {{ ownership: {{ {} }}{} }}\n", object.name, ownership,
                     tenants ? ", tenant_field: /tenant" : "");
}

std::string yaml_of_route(const PlainRoute& route) {
  std::string out = fmt::format("  - path: \"{}\"\n    methods: {}\n    access: {}\n", route.path,
                                list_of(route.methods), access_of(route));
  for (const std::string& object : route.references) {
    out += fmt::format("    references: [{{ query: ref, object: {} }}]\n", object);
  }
  return out;
}

}  // namespace

PlainContract random_contract(Rng& rng) {
  PlainContract contract;
  contract.tenants = !one_in(rng, 3);
  contract.roles = {{"viewer", {}},
                    {"staff", {"viewer"}},
                    {"admin", {"staff", "support"}},
                    {"support", {}},
                    {"robot", {}}};
  contract.scopes = kScopes;
  contract.objects = objects_of(contract.tenants);
  std::set<std::string> taken;
  const std::uint64_t wanted = 4 + rng.below(9);
  for (std::uint64_t i = 0; i < wanted; ++i) {
    PlainRoute route = random_route(contract, rng);
    Names free;
    for (const std::string& method : route.methods) {
      if (taken.insert(method + " " + shape_of(route.path)).second) free.push_back(method);
    }
    route.methods = free;
    if (!free.empty()) contract.routes.push_back(std::move(route));
  }
  return contract;
}

std::string yaml_of(const PlainContract& contract) {
  std::string out = "version: 1\nidentity:\n  issuers:\n";
  for (const std::string& name : {"one", "two"}) {
    out += fmt::format(
        "    - {{ name: {0}, issuer: \"https://{0}.example\", audience: chat, jwks: {0}.json, "
        "claims: {{ {1} }} }}\n",
        name, contract.tenants ? "tenant: org" : "user: sub");
  }
  out += "roles:\n";
  for (const PlainRole& role : contract.roles) {
    out += fmt::format("  {}: {{ includes: {} }}\n", role.name, list_of(role.includes));
  }
  out += fmt::format("scopes: {}\nobjects:\n", list_of(contract.scopes));
  for (const PlainObject& object : contract.objects) {
    out += yaml_of_object(object, contract.tenants);
  }
  out += "routes:\n";
  for (const PlainRoute& route : contract.routes) out += yaml_of_route(route);
  return out;
}

std::vector<std::string> interesting_paths(const PlainContract& contract, Rng& rng) {
  static const Names kValues = {"a", "b", "7", "c9"};
  std::set<std::string> out = {"/", "/a", "/a/b", "/b/a", "/7", "/a/7/b"};
  for (const PlainRoute& route : contract.routes) {
    std::string path;
    for (const std::string& segment : split_path(route.path)) {
      if (segment == "**") {
        if (one_in(rng, 2)) path += "/" + pick(kValues, rng) + "/" + pick(kValues, rng);
      } else {
        path += "/" + (segment.front() == '{' ? pick(kValues, rng) : segment);
      }
    }
    if (path.empty()) path = "/";
    out.insert(path);
    if (one_in(rng, 3)) out.insert((path == "/" ? "" : path) + "/" + pick(kValues, rng));
  }
  return {out.begin(), out.end()};
}

std::vector<PlainCaller> random_callers(const PlainContract& contract, Rng& rng) {
  std::vector<PlainCaller> out;
  for (const std::string& user : {"ann", "bob", "eve"}) {
    for (std::uint64_t i = 0; i < 2; ++i) {
      PlainCaller caller;
      caller.user = user;
      caller.tenant = contract.tenants ? (i == 0 ? "t1" : "t2") : "";
      caller.issuer = one_in(rng, 3) ? "two" : "one";
      caller.roles = some_of(kRoles, 3, rng);
      if (one_in(rng, 3)) caller.roles.emplace_back("emperor");  // unknown names grant nothing
      caller.scopes = some_of(kScopes, 2, rng);
      out.push_back(std::move(caller));
    }
  }
  return out;
}

std::vector<std::optional<PlainOwner>> owners_around(const PlainContract& contract,
                                                     const PlainCaller& caller) {
  const std::string issuer = caller.issuer == "one" ? "two" : "one";
  const std::string tenant = !contract.tenants ? "" : caller.tenant == "t1" ? "t2" : "t1";
  return {std::nullopt,
          PlainOwner{caller.user, caller.tenant, caller.issuer},
          PlainOwner{"zoe", caller.tenant, caller.issuer},
          PlainOwner{caller.user, tenant, caller.issuer},
          PlainOwner{"zoe", tenant, caller.issuer},
          PlainOwner{caller.user, caller.tenant, issuer}};
}

}  // namespace lr::decide::testing
