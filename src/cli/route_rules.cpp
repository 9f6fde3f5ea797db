#include "cli/route_rules.h"

#include <fmt/format.h>

namespace lr::cli {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::vector<std::string> role_names(const contract::Contract& contract, contract::NameSet set) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < contract.roles.size(); ++i) {
    if ((set >> i & 1U) != 0) out.push_back(contract.roles[i].name);
  }
  return out;
}

std::vector<std::string> scope_names(const contract::Contract& contract, contract::NameSet set) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < contract.scopes.size(); ++i) {
    if ((set >> i & 1U) != 0) out.push_back(contract.scopes[i]);
  }
  return out;
}

std::string access_text(const contract::Contract& contract, const contract::Access& access) {
  if (!access.authenticated) return "public: anybody";
  std::vector<std::string> parts;
  if (access.roles != 0) {
    parts.push_back("any of the roles " + joined(role_names(contract, access.roles), ", "));
  }
  if (access.scopes != 0) {
    parts.push_back("all of the scopes " + joined(scope_names(contract, access.scopes), ", "));
  }
  if (access.owner) {
    std::string owner = "owner of " + contract.objects.at(*access.owner).name;
    if (access.owner_except != 0) {
      owner += " (or " + joined(role_names(contract, access.owner_except), ", ") +
               " within the same tenant)";
    }
    parts.push_back(std::move(owner));
  }
  return parts.empty() ? "anybody who is signed in" : joined(parts, "; ");
}

std::string period_text(std::chrono::seconds period) {
  switch (period.count()) {
    case 1:
      return "second";
    case 60:
      return "minute";
    case 3'600:
      return "hour";
    case 86'400:
      return "day";
    default:
      return fmt::format("{} s", period.count());
  }
}

std::string limit_text(const contract::Limit& limit) {
  std::vector<std::string> rules;
  for (const contract::LimitRule& rule : limit.rules) {
    rules.push_back(fmt::format("{} per {} and {}{}", rule.rate.count,
                                contract::limit_key_name(rule.key), period_text(rule.rate.per),
                                rule.unauthenticated_only ? " when not signed in" : ""));
  }
  return limit.name + ": " + joined(rules, ", ");
}

std::string body_text(const contract::BodyRule& body) {
  std::string out = fmt::format("at most {} bytes", body.max_bytes);
  if (!body.content_types.empty()) out += ", " + joined(body.content_types, " or ");
  if (!body.schema_path.empty()) out += ", must match " + body.schema_path;
  return out;
}

std::string_view place_name(contract::Reference::Place place) {
  switch (place) {
    case contract::Reference::Place::kQuery:
      return "query parameter";
    case contract::Reference::Place::kBody:
      return "body field";
    case contract::Reference::Place::kHeader:
      return "header";
  }
  return "query parameter";
}

}  // namespace

std::string method_list(contract::MethodSet methods) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < contract::kMethodCount; ++i) {
    const auto method = static_cast<contract::Method>(i);
    if ((methods & contract::bit(method)) != 0) names.emplace_back(contract::method_name(method));
  }
  return joined(names, ", ");
}

RuleLines rule_lines(const contract::Contract& contract, const contract::Route& route) {
  RuleLines out;
  out.emplace_back("methods", method_list(route.methods));
  out.emplace_back("access", access_text(contract, route.access));
  for (const contract::Reference& reference : route.references) {
    out.emplace_back("names", fmt::format("{} {} names a {}; its owner is checked too",
                                          place_name(reference.place), reference.name,
                                          contract.objects.at(reference.object).name));
  }
  out.emplace_back("body", route.body ? body_text(*route.body) : "none declared");
  for (contract::LimitIndex limit : route.limits) {
    out.emplace_back("limit", limit_text(contract.limits.at(limit)));
  }
  if (route.creates) {
    out.emplace_back("creates", contract.objects.at(*route.creates).name + ", owned by the caller");
  }
  if (route.lists) {
    out.emplace_back(
        "lists", contract.objects.at(*route.lists).name + ", filtered to what the caller may see");
  }
  if (route.streams) out.emplace_back("answer", "streamed");
  out.emplace_back("cache", route.cache ? "allowed by the contract" : "never (no-store)");
  return out;
}

}  // namespace lr::cli
