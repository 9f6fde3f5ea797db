#include "audit/plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace lr::audit {
namespace {

using contract::Method;

bool all_have_recipes(const contract::Route& route, const probe::Objects& objects) {
  const auto named = probe::objects_named(route);
  return !named.empty() && std::ranges::all_of(named, [&](contract::ObjectIndex object) {
    return objects.recipe(object) != nullptr;
  });
}

std::string names_of(contract::NameSet set, const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((set >> i & 1U) != 0) out += (out.empty() ? "" : ", ") + names[i];
  }
  return out;
}

std::string access_text(const contract::Contract& contract, const contract::Route& route) {
  if (!route.access.authenticated) return "public";
  std::vector<std::string> roles;
  for (const contract::Role& role : contract.roles) roles.push_back(role.name);
  std::string out;
  const auto add = [&out](std::string part) { out += (out.empty() ? " " : ", ") + part; };
  if (route.access.roles != 0) add(fmt::format("roles: [{}]", names_of(route.access.roles, roles)));
  if (route.access.scopes != 0) {
    add(fmt::format("scopes: [{}]", names_of(route.access.scopes, contract.scopes)));
  }
  if (route.access.owner) add("owner: " + contract.objects[*route.access.owner].name);
  return out.empty() ? "authenticated" : "{" + out + " }";
}

/// How the route names, makes and lists objects.
std::string ownership_text(const contract::Contract& contract, const contract::Route& route) {
  std::string out;
  if (route.creates) out += ", creates: " + contract.objects[*route.creates].name;
  if (route.lists) {
    out += fmt::format(", lists: {{ object: {}, items: {} }}", contract.objects[*route.lists].name,
                       route.list_items);
  }
  for (const contract::Reference& reference : route.references) {
    const char* place = reference.place == contract::Reference::Place::kQuery    ? "query"
                        : reference.place == contract::Reference::Place::kHeader ? "header"
                                                                                 : "body";
    out += fmt::format(", references: [{{ {}: {}, object: {} }}]", place, reference.name,
                       contract.objects[reference.object].name);
  }
  return out;
}

}  // namespace

std::string RouteCase::name() const {
  return fmt::format("{} {}", contract::method_name(method), route->path);
}

std::vector<RouteCase> plan_cases(const contract::Contract& contract) {
  std::vector<RouteCase> out;
  for (std::size_t i = 0; i < contract.routes.size(); ++i) {
    const contract::Route& route = contract.routes[i];
    for (std::size_t m = 0; m < contract::kMethodCount; ++m) {
      const auto method = static_cast<Method>(m);
      if ((route.methods & bit(method)) == 0 || method == Method::kOptions) continue;
      const bool has_get = (route.methods & bit(Method::kGet)) != 0;
      if (method == Method::kHead && has_get) continue;
      out.push_back({&route, static_cast<contract::RouteIndex>(i), method});
    }
  }
  return out;
}

Manner manner_of(const contract::Contract& contract, const RouteCase& route_case,
                 const probe::Objects& objects, contract::Profile profile, bool can_mint) {
  if (route_case.reads()) return Manner::kValid;
  if (profile == contract::Profile::kObserve) return Manner::kUntouchable;
  if (profile == contract::Profile::kFull) return Manner::kValid;
  const contract::Route& route = *route_case.route;
  if (route.creates && objects.recipe(*route.creates) != nullptr) return Manner::kValid;
  if (all_have_recipes(route, objects)) return Manner::kValid;
  // What a person does to their own account is done to a minted account; what a stranger or an
  // administrator does may reach others.
  contract::NameSet everybody = 0;
  if (!contract.audit.identities.empty()) everybody = contract.audit.identities.front().roles;
  const bool ordinary = route.access.authenticated &&
                        (route.access.roles == 0 || (route.access.roles & everybody) != 0);
  if (can_mint && ordinary && probe::objects_named(route).empty()) return Manner::kValid;
  return route.body && route.body->schema ? Manner::kInert : Manner::kUntouchable;
}

decide::Decision expected_access(const contract::Contract& contract, const RouteCase& route_case,
                                 const probe::Persona* persona, const probe::Persona* owner) {
  decide::RouteMatch match;
  match.outcome = decide::RouteMatch::Outcome::kMatched;
  match.route = route_case.route;
  match.index = route_case.index;
  match.allowed = route_case.route->methods;
  decide::Owner belongs;
  if (owner != nullptr) {
    const decide::Identity identity = probe::identity_of(*owner, contract);
    belongs = {identity.user, identity.tenant, identity.issuer};
  }
  std::vector<decide::ObjectUse> uses;
  for (const contract::ObjectIndex object : probe::objects_named(*route_case.route)) {
    uses.push_back({object, owner == nullptr ? nullptr : &belongs});
  }
  if (persona == nullptr) {
    return decide::decide_access(contract, match, decide::Credential::kNone, nullptr, uses);
  }
  const decide::Identity identity = probe::identity_of(*persona, contract);
  return decide::decide_access(contract, match, decide::Credential::kGood, &identity, uses);
}

bool counts_persons(const contract::Contract& contract, const contract::Route& route) {
  return std::ranges::any_of(route.limits, [&](contract::LimitIndex index) {
    return std::ranges::any_of(contract.limits[index].rules, [](const contract::LimitRule& rule) {
      return rule.key == contract::LimitKey::kUser || rule.key == contract::LimitKey::kToken ||
             rule.key == contract::LimitKey::kConversation;
    });
  });
}

std::string guard_lines(const contract::Contract& contract, const contract::Route& route) {
  std::string methods;
  for (std::size_t m = 0; m < contract::kMethodCount; ++m) {
    const auto method = static_cast<Method>(m);
    if ((route.methods & bit(method)) == 0) continue;
    methods += (methods.empty() ? "" : ", ") + std::string(contract::method_name(method));
  }
  return fmt::format("# {}:{}\nroutes:\n  - {{ path: \"{}\", methods: [{}], access: {}{} }}",
                     file_name(contract.file), route.at.line, route.path, methods,
                     access_text(contract, route), ownership_text(contract, route));
}

std::string identity_lines(const contract::Contract& contract) {
  if (contract.issuers.empty()) return "";
  const contract::Issuer& issuer = contract.issuers.front();
  std::string algorithms;
  for (const crypto::Algorithm algorithm : issuer.algorithms) {
    algorithms += (algorithms.empty() ? "" : ", ") + std::string(crypto::algorithm_name(algorithm));
  }
  return fmt::format(
      "# {}:{}: the guard verifies every token against this\nidentity:\n  issuers:\n"
      "    - {{ name: {}, issuer: {}, audience: {}, algorithms: [{}] }}",
      file_name(contract.file), issuer.at.line, issuer.name, issuer.issuer,
      issuer.audiences.empty() ? "" : issuer.audiences.front(), algorithms);
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace lr::audit
