#include "cli/explain_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <iterator>

#include "cli/route_rules.h"
#include "decide/router.h"
#include "report/palette.h"
#include "report/printable.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;

/// The caller of every row, and the two owners that objects have in the rows.
struct Cast {
  decide::Identity caller;
  decide::Owner self;
  decide::Owner colleague;
  decide::Owner stranger;
};

Cast make_cast(const contract::Contract& contract) {
  Cast cast;
  cast.caller.user = UserId("caller");
  cast.caller.tenant = TenantId(contract.has_tenants() ? "own-tenant" : "");
  cast.caller.issuer = contract.issuers.empty() ? "api_key" : contract.issuers.front().name;
  cast.self = {cast.caller.user, cast.caller.tenant, cast.caller.issuer};
  cast.colleague = {UserId("colleague"), cast.caller.tenant, cast.caller.issuer};
  cast.stranger = {UserId("stranger"), TenantId(contract.has_tenants() ? "other-tenant" : ""),
                   cast.caller.issuer};
  return cast;
}

/// Objects that a request on this route names: in its path and elsewhere.
std::vector<contract::ObjectIndex> named_objects(const decide::RouteMatch& match) {
  std::vector<contract::ObjectIndex> out;
  for (const decide::PathParameter& parameter : match.parameters) {
    if (parameter.object) out.push_back(*parameter.object);
  }
  for (const contract::Reference& reference : match.route->references) {
    out.push_back(reference.object);
  }
  return out;
}

struct Scene {
  const contract::Contract& contract;
  const decide::RouteMatch& match;
  std::vector<contract::ObjectIndex> objects;
  Cast cast;
};

/// Owners that only the answer itself shows are never known beforehand.
std::vector<decide::ObjectUse> uses_of(const Scene& scene, const decide::Owner* owner) {
  std::vector<decide::ObjectUse> uses;
  for (contract::ObjectIndex index : scene.objects) {
    const contract::Object& object = scene.contract.objects.at(index);
    const bool only_by_field = object.owner_field && !object.learn;
    uses.push_back({index, only_by_field ? nullptr : owner});
  }
  return uses;
}

void add(RouteExplanation& out, const Scene& scene, std::string who,
         const decide::Identity& identity, const decide::Owner* owner) {
  const auto uses = uses_of(scene, owner);
  out.callers.push_back(
      {std::move(who), decide::decide_access(scene.contract, scene.match, decide::Credential::kGood,
                                             &identity, uses)});
}

bool same_answer(const decide::Decision& a, const decide::Decision& b) {
  return a.allowed == b.allowed && a.code == b.code && a.reason == b.reason &&
         a.owner_by_field == b.owner_by_field;
}

/// One row per kind of owner, or a single one when ownership makes no difference.
void add_owners(RouteExplanation& out, const Scene& scene, const std::string& name,
                const decide::Identity& identity) {
  const std::size_t first = out.callers.size();
  add(out, scene, name + ", owns it", identity, &scene.cast.self);
  add(out, scene, name + ", somebody else's", identity, &scene.cast.colleague);
  if (scene.contract.has_tenants()) {
    add(out, scene, name + ", another tenant's", identity, &scene.cast.stranger);
  }
  for (std::size_t i = first + 1; i < out.callers.size(); ++i) {
    if (!same_answer(out.callers[first].decision, out.callers[i].decision)) return;
  }
  out.callers.erase(out.callers.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                    out.callers.end());
  out.callers[first].who = name;
}

void add_role(RouteExplanation& out, const Scene& scene, const std::string& name,
              contract::NameSet roles) {
  decide::Identity identity = scene.cast.caller;
  identity.roles = roles;
  identity.scopes = ~contract::NameSet{0};
  if (scene.objects.empty()) {
    add(out, scene, name, identity, nullptr);
  } else {
    add_owners(out, scene, name, identity);
  }
  if (scene.match.route->access.scopes == 0) return;
  identity.scopes = 0;
  add(out, scene, name + ", without the scopes", identity, &scene.cast.self);
}

void add_callers(RouteExplanation& out, const Scene& scene) {
  const auto uses = uses_of(scene, nullptr);
  out.callers.push_back(
      {"anonymous", decide::decide_access(scene.contract, scene.match, decide::Credential::kNone,
                                          nullptr, uses)});
  out.callers.push_back(
      {"bad token", decide::decide_access(scene.contract, scene.match, decide::Credential::kBad,
                                          nullptr, uses)});
  if (!scene.match.route->access.authenticated) return;
  add_role(out, scene, "signed in, no role", 0);
  for (const contract::Role& role : scene.contract.roles) {
    add_role(out, scene, role.name, role.includes);
  }
}

std::string line_of(const contract::Contract& contract, contract::Mark at) {
  return fmt::format("{}:{}", contract.file, at.line);
}

std::string answer_text(const decide::Decision& decision) {
  if (!decision.allowed) {
    return fmt::format("{} {}", http_status(decision.code), decide::reason_name(decision.reason));
  }
  return decision.owner_by_field ? "allowed if the answer's owner field agrees" : "allowed";
}

std::string caller_lines(const contract::Contract& contract,
                         const std::vector<CallerRow>& callers) {
  std::size_t who = 0;
  std::size_t answer = 0;
  for (const CallerRow& row : callers) {
    who = std::max(who, report::columns_of(row.who));
    answer = std::max(answer, report::columns_of(answer_text(row.decision)));
  }
  std::string out;
  for (const CallerRow& row : callers) {
    fmt::format_to(std::back_inserter(out), "  {}  {}  {}\n", report::pad_right(row.who, who),
                   report::pad_right(answer_text(row.decision), answer),
                   line_of(contract, row.decision.at));
  }
  return out;
}

}  // namespace

Result<RouteExplanation> explain_route(const contract::Contract& contract, std::string_view method,
                                       std::string_view path) {
  const auto parsed = contract::parse_method(method);
  if (!parsed) {
    return fail(Code::kInvalidArgument,
                fmt::format("\"{}\" is no method a route can have; use one of {}", method,
                            method_list(0x7F)));
  }
  text::CanonicalTarget target;
  if (auto canonical = text::canonicalize_target(path, target); !canonical) {
    return fail(Code::kInvalidArgument,
                fmt::format("\"{}\" is no path that the guard lets through: {}", path,
                            canonical.error().detail()));
  }
  const decide::Router router(contract);
  decide::RouteMatch match;
  router.match(parsed, target, match);
  RouteExplanation out;
  out.method = method;
  out.path = target.path;
  out.allowed = match.allowed;
  if (match.outcome != decide::RouteMatch::Outcome::kMatched) return out;
  out.route = match.route;
  const Scene scene{contract, match, named_objects(match), make_cast(contract)};
  add_callers(out, scene);
  return out;
}

std::string explanation_text(const contract::Contract& contract,
                             const RouteExplanation& explanation) {
  if (explanation.route == nullptr && explanation.allowed != 0) {
    return fmt::format("{} {}: 405, the path allows {} only\n", explanation.method,
                       explanation.path, method_list(explanation.allowed));
  }
  if (explanation.route == nullptr) {
    return fmt::format("{} {}: 404, no route of {} matches; unlisted routes do not exist\n",
                       explanation.method, explanation.path, contract.file);
  }
  const contract::Route& route = *explanation.route;
  std::string out = fmt::format("{} {} is route {} ({})\n\n", explanation.method, explanation.path,
                                route.path, line_of(contract, route.at));
  for (const auto& [name, text] : rule_lines(contract, route)) {
    out += "  " + report::pad_right(name, 9) + text + "\n";
  }
  return out + "\nWho gets what\n" + caller_lines(contract, explanation.callers);
}

std::string explanation_json(const contract::Contract& contract,
                             const RouteExplanation& explanation) {
  json::object out;
  out["method"] = explanation.method;
  out["path"] = explanation.path;
  out["route"] = nullptr;
  out["status"] = explanation.allowed != 0 ? 405 : 404;
  out["allowed_methods"] = method_list(explanation.allowed);
  if (explanation.route != nullptr) {
    out["status"] = 200;
    out["route"] = explanation.route->path;
    out["line"] = explanation.route->at.line;
    json::array rules;
    for (const auto& [name, text] : rule_lines(contract, *explanation.route)) {
      rules.push_back(json::object{{"rule", name}, {"text", text}});
    }
    out["rules"] = std::move(rules);
  }
  json::array callers;
  for (const CallerRow& row : explanation.callers) {
    callers.push_back(
        json::object{{"who", row.who},
                     {"allowed", row.decision.allowed},
                     {"status", row.decision.allowed ? 200 : http_status(row.decision.code)},
                     {"reason", decide::reason_name(row.decision.reason)},
                     {"owner_by_field", row.decision.owner_by_field},
                     {"line", row.decision.at.line}});
  }
  out["callers"] = std::move(callers);
  return text::pretty_json(out);
}

}  // namespace lr::cli
