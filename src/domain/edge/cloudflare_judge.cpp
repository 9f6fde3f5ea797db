#include "domain/edge/cloudflare_judge.h"

#include <algorithm>

#include "domain/zone.h"
#include "text/fields.h"

namespace lr::domain {
namespace {

namespace json = text::json;
using report::Severity;

constexpr std::int64_t kYear = 31'536'000;

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object != nullptr ? object->if_contains(name) : nullptr;
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

std::optional<SettingFault> must_be_on(const json::value& value, Severity severity) {
  if (text_of(value) == "on") return std::nullopt;
  return SettingFault{severity, "on", ""};
}

std::optional<SettingFault> must_be_off(const json::value& value, Severity severity) {
  if (text_of(value) == "off") return std::nullopt;
  return SettingFault{severity, "off", ""};
}

std::optional<SettingFault> judge_ssl(const json::value& value) {
  const std::string mode = text_of(value);
  if (mode == "strict" || mode == "origin_pull") return std::nullopt;
  if (mode == "full") {
    return SettingFault{Severity::kMedium, "strict",
                        "The edge does not check the origin's certificate"};
  }
  return SettingFault{Severity::kHigh, "strict", ""};
}

std::optional<SettingFault> judge_min_tls(const json::value& value) {
  const std::string version = text_of(value);
  if (version == "1.2" || version == "1.3") return std::nullopt;
  return SettingFault{Severity::kMedium, "1.2 or 1.3", ""};
}

std::optional<SettingFault> judge_tls_1_3(const json::value& value) {
  const std::string mode = text_of(value);
  if (mode == "on" || mode == "zrt") return std::nullopt;
  return SettingFault{Severity::kLow, "on", ""};
}

std::optional<SettingFault> judge_hsts(const json::value& value) {
  const json::value* policy = member(value, "strict_transport_security");
  if (policy == nullptr || !flag_at(*policy, "enabled").value_or(false)) {
    // The origin may send the field itself: the area hsts sees the truth on the wire.
    return SettingFault{Severity::kInfo, "strict_transport_security.enabled: true", ""};
  }
  const json::value* age = member(*policy, "max_age");
  if (age != nullptr && age->is_int64() && age->get_int64() >= kYear) return std::nullopt;
  return SettingFault{Severity::kLow, "max_age of at least 31536000", ""};
}

std::optional<SettingFault> judge_security_level(const json::value& value) {
  const std::string level = text_of(value);
  if (level != "off" && level != "essentially_off") return std::nullopt;
  return SettingFault{Severity::kLow, "medium", ""};
}

constexpr SettingRule kRules[] = {
    {"ssl", "ssl", judge_ssl},
    {"always_https", "always_use_https",
     [](const json::value& value) { return must_be_on(value, Severity::kLow); }},
    {"min_tls", "min_tls_version", judge_min_tls},
    {"tls_1_3", "tls_1_3", judge_tls_1_3},
    {"https_rewrites", "automatic_https_rewrites",
     [](const json::value& value) { return must_be_on(value, Severity::kInfo); }},
    {"hsts", "security_header", judge_hsts},
    {"development_mode", "development_mode",
     [](const json::value& value) { return must_be_off(value, Severity::kMedium); }},
    {"zero_rtt", "0rtt",
     [](const json::value& value) { return must_be_off(value, Severity::kLow); }},
    {"security_level", "security_level", judge_security_level},
};

/// The enabled rules, as objects.
std::vector<const json::value*> rules_of(const json::value& ruleset) {
  std::vector<const json::value*> out;
  const json::value* rules = member(ruleset, "rules");
  const json::array* list = rules != nullptr ? rules->if_array() : nullptr;
  if (list == nullptr) return out;
  for (const json::value& rule : *list) {
    if (flag_at(rule, "enabled").value_or(true)) out.push_back(&rule);
  }
  return out;
}

bool is_address_record(const json::value& record) {
  const std::string type = text_at(record, "type");
  return type == "A" || type == "AAAA" || type == "CNAME";
}

bool is_web_host(const std::string& name, const Subject& subject) {
  return std::ranges::find(subject.web_hosts, name) != subject.web_hosts.end();
}

template <class F>
std::vector<RecordFault> grey_records(const json::value& records, F&& is_wanted) {
  std::vector<RecordFault> out;
  const json::array* list = records.if_array();
  if (list == nullptr) return out;
  for (const json::value& record : *list) {
    const RecordFault fault{canonical_name(text_at(record, "name")), text_at(record, "content")};
    if (!is_address_record(record) || flag_at(record, "proxied").value_or(false)) continue;
    if (is_wanted(fault)) out.push_back(fault);
  }
  return out;
}

}  // namespace

std::string text_at(const json::value& value, std::string_view name) {
  const json::value* found = member(value, name);
  return found != nullptr ? text_of(*found) : std::string();
}

std::optional<bool> flag_at(const json::value& value, std::string_view name) {
  const json::value* found = member(value, name);
  if (found == nullptr || !found->is_bool()) return std::nullopt;
  return found->get_bool();
}

std::span<const SettingRule> setting_rules() { return kRules; }

std::size_t enabled_rules(const json::value& ruleset) { return rules_of(ruleset).size(); }

bool executes_managed_rules(const json::value& ruleset) {
  return std::ranges::any_of(rules_of(ruleset), [](const json::value* rule) {
    return text_at(*rule, "action") == "execute";
  });
}

std::string caches_every_path(const json::value& ruleset) {
  for (const json::value* rule : rules_of(ruleset)) {
    const json::value* parameters = member(*rule, "action_parameters");
    if (parameters == nullptr || !flag_at(*parameters, "cache").value_or(false)) continue;
    const std::string expression = text_at(*rule, "expression");
    const bool narrow =
        expression.contains("http.request.uri") || expression.contains("http.request.full_uri") ||
        expression.contains("http.request.headers") || expression.contains("http.cookie");
    if (!narrow) return expression.empty() ? "true" : expression;
  }
  return {};
}

bool has_active_certificate(const json::value& certificates) {
  const json::array* list = certificates.if_array();
  return list != nullptr && std::ranges::any_of(*list, [](const json::value& one) {
           return text_at(one, "status") == "active";
         });
}

std::string bot_obstacles(const json::value& settings) {
  // Bot Fight Mode is of the free plan; the others are Super Bot Fight Mode's of the paid ones.
  std::string out;
  if (flag_at(settings, "fight_mode").value_or(false)) out = "fight_mode: true";
  for (const std::string_view name : {"sbfm_definitely_automated", "sbfm_likely_automated"}) {
    const std::string action = text_at(settings, name);
    if (action.empty() || action == "allow") continue;
    out += (out.empty() ? "" : "\n") + std::string(name) + ": " + action;
  }
  return out;
}

std::vector<RecordFault> unproxied_hosts(const json::value& records, const Subject& subject) {
  return grey_records(records,
                      [&](const RecordFault& one) { return is_web_host(one.name, subject); });
}

std::vector<RecordFault> revealing_records(const json::value& records, const Subject& subject) {
  return grey_records(records, [&](const RecordFault& one) {
    const auto ip = text::parse_ip(one.content);
    return ip && !is_web_host(one.name, subject) &&
           std::ranges::find(subject.edge.origins, *ip) != subject.edge.origins.end();
  });
}

}  // namespace lr::domain
