#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <set>

#include "report/printable.h"
#include "report/render.h"
#include "report/sarif_message.h"
#include "report/wording.h"
#include "text/json.h"
#include "text/url.h"

namespace lr::report {
namespace {

namespace json = boost::json;

json::string plain(std::string_view text) { return json::string(printable(text)); }
json::object message(std::string_view text) { return json::object{{"text", plain(text)}}; }

std::string_view level_of(Severity severity) {
  if (severity >= Severity::kHigh) return "error";
  return severity == Severity::kMedium ? "warning" : "note";
}

/// GitHub code scanning sorts by this number: over 9.0 critical, 7.0 high, 4.0 medium.
std::string_view security_severity(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "9.5";
    case Severity::kHigh:
      return "8.0";
    case Severity::kMedium:
      return "5.5";
    case Severity::kLow:
      return "3.0";
    case Severity::kInfo:
      return "0.0";
  }
  return "9.5";
}

/// The digits of "CWE-639", or "" for any other reference.
std::string_view cwe_number(std::string_view reference) {
  if (!reference.starts_with("CWE-")) return {};
  const std::string_view digits = reference.substr(4);
  const bool good = !digits.empty() && digits.size() <= 6 &&
                    digits.find_first_not_of("0123456789") == std::string_view::npos;
  return good ? digits : std::string_view{};
}

json::array rule_tags(const RuleText& rule) {
  json::array tags{"security", control_id(rule.control)};
  for (const std::string& reference : rule.references) {
    const std::string_view cwe = cwe_number(reference);
    if (cwe.empty()) {
      tags.emplace_back(plain(reference));
    } else {
      tags.emplace_back("external/cwe/cwe-" + std::string(cwe));
    }
  }
  return tags;
}

json::array rule_taxa(const RuleText& rule) {
  json::array out;
  for (const std::string& reference : rule.references) {
    if (cwe_number(reference).empty()) continue;
    json::object target{{"id", reference}, {"toolComponent", json::object{{"name", "CWE"}}}};
    out.push_back(json::object{{"target", std::move(target)}, {"kinds", json::array{"relevant"}}});
  }
  return out;
}

json::object rule_object(const RuleText& rule) {
  json::object out;
  out["id"] = plain(rule.id);
  out["shortDescription"] = message(rule.title);
  out["fullDescription"] = message(rule.why.empty() ? rule.title : rule.why);
  if (!rule.fix.empty()) out["help"] = message(rule.fix);
  out["defaultConfiguration"] = json::object{{"level", level_of(rule.worst)}};
  out["properties"] = json::object{{"security-severity", security_severity(rule.worst)},
                                   {"precision", "very-high"},
                                   {"tags", rule_tags(rule)}};
  json::array taxa = rule_taxa(rule);
  if (!taxa.empty()) out["relationships"] = std::move(taxa);
  return out;
}

/// Rules by id; a finding whose check has no text gets one made from the finding.
std::map<std::string, RuleText> rules_of(const Report& report) {
  std::map<std::string, RuleText> rules;
  for (const RuleText& rule : report.rules) rules.emplace(rule.id, rule);
  for (const Finding& f : report.findings) {
    rules.emplace(f.check, RuleText{f.check, f.title, f.why, f.fix, f.control, f.severity, {}});
  }
  return rules;
}

/// A relative URI reference: code hosts show nothing else.
std::string relative_uri(std::string_view file) {
  const std::string safe = printable(file);
  std::string_view path = safe;
  if (path.starts_with('/')) path = path.substr(path.rfind('/') + 1);
  while (path.starts_with("./")) path.remove_prefix(2);
  std::string out;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    out += text::percent_encode_segment(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    out += '/';
    path.remove_prefix(slash + 1);
  }
  return out;
}

json::object location_object(const Location& location) {
  json::object out;
  if (!location.file.empty()) {
    json::object region{{"startLine", location.at.line}, {"startColumn", location.at.column}};
    json::object artifact{{"uri", relative_uri(location.file)}};
    out["physicalLocation"] =
        json::object{{"artifactLocation", std::move(artifact)}, {"region", std::move(region)}};
  }
  const std::string place = place_of(location);
  if (!place.empty()) {
    json::object logical{{"fullyQualifiedName", plain(place)}, {"kind", "resource"}};
    out["logicalLocations"] = json::array{std::move(logical)};
  }
  return out;
}

std::string result_text(const Finding& finding) {
  std::string out = finding.title;
  if (!finding.why.empty()) out += "\n\n" + finding.why;
  if (!finding.fix.empty()) out += "\n\nFix: " + finding.fix;
  if (!finding.reproduce.empty()) out += "\n\nReproduce: " + finding.reproduce;
  return out;
}

json::object result_object(const Finding& finding, std::size_t rule_index) {
  json::object out;
  out["ruleId"] = plain(finding.check);
  out["ruleIndex"] = rule_index;
  out["kind"] = "fail";
  out["level"] = level_of(finding.severity);
  out["message"] = message(result_text(finding));
  out["locations"] = json::array{location_object(finding.location)};
  if (!finding.also.empty()) {
    json::array places;
    for (const Location& place : finding.also) places.push_back(location_object(place));
    out["relatedLocations"] = std::move(places);
  }
  if (!finding.fingerprint.empty()) {
    out["partialFingerprints"] = json::object{{"launchready/v1", plain(finding.fingerprint)}};
  }
  if (!finding.evidence.empty() && !finding.evidence.front().request.empty()) {
    out["webRequest"] = sarif_web_request(finding.evidence.front().request);
    out["webResponse"] = sarif_web_response(finding.evidence.front().response);
  }
  out["properties"] = json::object{{"severity", severity_name(finding.severity)},
                                   {"security-severity", security_severity(finding.severity)},
                                   {"control", control_id(finding.control)},
                                   {"guard", plain(finding.guard)}};
  return out;
}

json::object invocation(const Report& report) {
  json::array notes;
  for (const Inconclusive& item : report.inconclusive) {
    notes.push_back(
        json::object{{"level", "warning"},
                     {"message", message(item.check + " was not proved: " + item.reason)}});
  }
  return json::object{{"executionSuccessful", true},
                      {"startTimeUtc", format_rfc3339(report.started)},
                      {"endTimeUtc", format_rfc3339(report.started + report.took)},
                      {"toolExecutionNotifications", std::move(notes)}};
}

json::object cwe_taxonomy(const std::map<std::string, RuleText>& rules) {
  std::set<std::string> ids;
  for (const auto& [id, rule] : rules) {
    for (const std::string& reference : rule.references) {
      if (!cwe_number(reference).empty()) ids.insert(reference);
    }
  }
  json::array taxa;
  for (const std::string& id : ids) taxa.push_back(json::object{{"id", id}});
  return json::object{{"name", "CWE"}, {"organization", "MITRE"}, {"taxa", std::move(taxa)}};
}

json::object run_object(const Report& report) {
  const std::map<std::string, RuleText> rules = rules_of(report);
  std::map<std::string_view, std::size_t> index;
  json::array rule_array;
  for (const auto& [id, rule] : rules) {
    index.emplace(id, rule_array.size());
    rule_array.push_back(rule_object(rule));
  }
  json::array results;
  for (const Finding& finding : report.findings) {
    results.push_back(result_object(finding, index.at(finding.check)));
  }
  json::object driver{{"name", "Launch Ready"}, {"rules", std::move(rule_array)}};
  driver["supportedTaxonomies"] = json::array{json::object{{"name", "CWE"}}};
  json::object run;
  run["tool"] = json::object{{"driver", std::move(driver)}};
  run["automationDetails"] = json::object{{"id", plain("launchready/" + report.run_id)}};
  run["invocations"] = json::array{invocation(report)};
  run["taxonomies"] = json::array{cwe_taxonomy(rules)};
  run["results"] = std::move(results);
  run["properties"] =
      json::object{{"verdict", verdict_name(report.verdict)}, {"target", plain(report.target)}};
  return run;
}

}  // namespace

std::string render_sarif(const Report& report) {
  json::object out;
  out["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
  out["version"] = "2.1.0";
  out["runs"] = json::array{run_object(report)};
  return text::pretty_json(out);
}

}  // namespace lr::report
