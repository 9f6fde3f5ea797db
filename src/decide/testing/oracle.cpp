#include "decide/testing/oracle.h"

namespace lr::decide::testing {
namespace {

bool contains(const Names& names, const std::string& name) {
  for (const std::string& other : names) {
    if (other == name) return true;
  }
  return false;
}

bool is_parameter(const std::string& segment) { return segment.front() == '{'; }

bool path_fits(const Names& pattern, const Names& path) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == "**") return true;
    if (i >= path.size()) return false;
    if (is_parameter(pattern[i])) {
      if (path[i].empty()) return false;
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return pattern.size() == path.size();
}

/// One letter per segment, so that the alphabet orders paths by how specific they are.
std::string specificity(const Names& pattern) {
  std::string out;
  for (const std::string& segment : pattern) {
    if (segment == "**") {
      out += 'c';
    } else {
      out += is_parameter(segment) ? 'b' : 'a';
    }
  }
  return out;
}

bool method_fits(const PlainRoute& route, const std::string& method) {
  return contains(route.methods, method) || (method == "HEAD" && contains(route.methods, "GET"));
}

/// Does somebody with these roles have `wanted`, directly or because a role includes it?
bool has_role(const PlainContract& contract, const Names& roles, const std::string& wanted,
              const Rules& rules) {
  for (const std::string& name : roles) {
    for (const PlainRole& role : contract.roles) {
      if (role.name != name) continue;
      if (name == wanted) return true;
      if (rules.inclusion && has_role(contract, role.includes, wanted, rules)) return true;
    }
  }
  return false;
}

bool has_one_of(const PlainContract& contract, const PlainCaller& caller, const Names& wanted,
                const Rules& rules) {
  for (const std::string& role : wanted) {
    if (has_role(contract, caller.roles, role, rules)) return true;
  }
  return false;
}

bool has_scopes(const PlainCaller& caller, const Names& wanted, const Rules& rules) {
  std::size_t found = 0;
  for (const std::string& scope : wanted) {
    if (contains(caller.scopes, scope)) ++found;
  }
  if (!rules.all_scopes) return found > 0 || wanted.empty();
  return found == wanted.size();
}

const PlainObject& object_named(const PlainContract& contract, const std::string& name) {
  for (const PlainObject& object : contract.objects) {
    if (object.name == name) return object;
  }
  return contract.objects.front();
}

Verdict refusal(int status, const std::string& reason) { return {false, status, reason, false}; }

bool in_tenant(const PlainCaller& caller, const PlainOwner& owner, const Rules& rules) {
  if (!rules.tenants) return true;
  if (rules.issuers && caller.issuer != owner.issuer) return false;
  return caller.tenant == owner.tenant && !caller.tenant.empty();
}

/// What the rules about objects look at.
struct Question {
  const PlainContract& contract;
  const PlainRoute& route;
  const Request& request;
  const Rules& rules;
};

/// "allowed", "not_owner" or "other_tenant".
std::string judge_owner(const Question& question, const PlainObject& object,
                        const PlainOwner& owner) {
  const Rules& rules = question.rules;
  const PlainCaller& caller = question.request.caller;
  if (question.contract.tenants && !in_tenant(caller, owner, rules)) return "other_tenant";
  if (rules.or_roles && has_one_of(question.contract, caller, question.route.or_roles, rules)) {
    return "allowed";
  }
  if (rules.issuers && caller.issuer != owner.issuer) return "not_owner";
  if (object.shared_in_tenant) return caller.tenant == owner.tenant ? "allowed" : "not_owner";
  if (rules.users && caller.user != owner.user) return "not_owner";
  return "allowed";
}

/// One named object. `by_field` is set when the answer has to prove the rest.
std::string judge_use(const Question& question, const PlainUse& use, bool& by_field) {
  const auto& [contract, route, request, rules] = question;
  const PlainObject& object = object_named(contract, use.object);
  const bool is_owner_object = route.owner == use.object;
  const bool asked =
      is_owner_object || (rules.references && contains(route.references, use.object));
  if (!asked) {
    const bool foreign =
        contract.tenants && use.owner && !in_tenant(request.caller, *use.owner, rules);
    return foreign ? "other_tenant" : "allowed";
  }
  if (use.owner) return judge_owner(question, object, *use.owner);
  const bool reads =
      request.method == "GET" || request.method == "HEAD" || !rules.reads_only_by_field;
  if (is_owner_object && object.has_field && reads) {
    by_field = true;
    return "allowed";
  }
  return "owner_unknown";
}

Verdict judge_objects(const Question& question) {
  const std::string& owner = question.route.owner;
  bool by_field = false;
  bool owner_named = owner.empty();
  for (const PlainUse& use : question.request.uses) {
    if (use.object == owner) owner_named = true;
    const std::string reason = judge_use(question, use, by_field);
    if (reason != "allowed") return refusal(404, reason);
  }
  if (!owner_named) return refusal(404, "owner_unknown");
  return {true, 200, "allowed", by_field};
}

}  // namespace

Names split_path(const std::string& path) {
  Names out;
  std::string segment;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (path[i] == '/') {
      out.push_back(segment);
      segment.clear();
    } else {
      segment += path[i];
    }
  }
  if (path.size() > 1) out.push_back(segment);
  return out;
}

Found find_route(const PlainContract& contract, const std::string& method,
                 const std::string& path) {
  const Names segments = split_path(path);
  std::string best = "z";
  for (const PlainRoute& route : contract.routes) {
    const Names pattern = split_path(route.path);
    if (path_fits(pattern, segments) && specificity(pattern) < best) best = specificity(pattern);
  }
  Found found;
  for (std::size_t i = 0; i < contract.routes.size(); ++i) {
    const PlainRoute& route = contract.routes[i];
    const Names pattern = split_path(route.path);
    if (!path_fits(pattern, segments) || specificity(pattern) != best) continue;
    if (found.outcome == Found::Outcome::kNotFound) {
      found.outcome = Found::Outcome::kMethodNotAllowed;
    }
    for (const std::string& listed : route.methods) found.allowed.push_back(listed);
    if (contains(route.methods, "GET") && !contains(found.allowed, "HEAD")) {
      found.allowed.push_back("HEAD");
    }
    // An explicit HEAD route wins over the HEAD that comes with GET.
    const bool explicitly = contains(route.methods, method);
    const bool already = found.outcome == Found::Outcome::kMatched;
    if (!method_fits(route, method) || (already && !explicitly)) continue;
    found.outcome = Found::Outcome::kMatched;
    found.route = i;
    found.parameters.clear();
    for (std::size_t j = 0; j < pattern.size(); ++j) {
      if (!is_parameter(pattern[j])) continue;
      found.parameters.emplace_back(pattern[j].substr(1, pattern[j].size() - 2), segments[j]);
    }
  }
  return found;
}

Verdict judge(const PlainContract& contract, const Request& request, const Rules& rules) {
  const Found& found = request.found;
  if (found.outcome == Found::Outcome::kNotFound) return refusal(404, "no_such_route");
  if (found.outcome == Found::Outcome::kMethodNotAllowed) return refusal(405, "method_not_allowed");
  const PlainRoute& route = contract.routes[found.route];
  if (route.open) return {true, 200, "public", false};
  if (request.credential == "none") return refusal(401, "no_credential");
  if (request.credential == "bad") return refusal(401, "bad_credential");
  if (!route.roles.empty() && !has_one_of(contract, request.caller, route.roles, rules)) {
    return refusal(403, "missing_role");
  }
  if (!has_scopes(request.caller, route.scopes, rules)) return refusal(403, "missing_scope");
  return judge_objects({contract, route, request, rules});
}

}  // namespace lr::decide::testing
