#include "secrets/findings/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "secrets/findings/placement.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kShortId = 10;
constexpr std::size_t kPlacesShown = 20;  ///< Of one finding in a report.
constexpr std::string_view kRulePrefix = "secrets.";
constexpr std::string_view kSourceMapNotice = "public-source-map";

std::string check_of(const SecretFinding& finding) {
  return std::string(kRulePrefix) + finding.rule;
}

std::string_view verb_for(const SecretFinding& finding) {
  if (!finding.live_as.empty()) return " is in use now and stands in ";
  return " stands in ";
}

std::string headline(const SecretFinding& finding) {
  std::string out = finding.title;
  if (!finding.live_as.empty() && finding.rule != kExactRule) {
    out += fmt::format(" ({})", finding.live_as);
  }
  out += verb_for(finding);
  out += place_name(finding.places.front());
  if (finding.places_seen > 1) {
    out += fmt::format(" and {} more {}", finding.places_seen - 1,
                       finding.places_seen == 2 ? "place" : "places");
  }
  return out;
}

std::string gain(const SecretFinding& finding) {
  if (finding.kind == Kind::kPublishable) return "Made to be public; listed so that you know.";
  if (finding.kind == Kind::kIdentifier) return "Names an account and opens nothing by itself.";
  const bool exposed = std::ranges::any_of(finding.places, is_exposed);
  std::string out = exposed ? "Anybody who opens this place can use it as you."
                            : "Anybody who can read this place can use it as you.";
  if (!finding.note.empty()) out += fmt::format(" Noted: {}.", finding.note);
  return out;
}

report::Location location_of(const Place& place) {
  report::Location out;
  const bool served = place.path.starts_with("http://") || place.path.starts_with("https://");
  if (served) {
    out.method = "GET";
    out.url = place.path;
    return out;
  }
  out.file = place.path;
  out.at = {std::max(1u, place.line), std::max(1u, place.column)};
  return out;
}

report::Finding report_finding(const SecretFinding& finding) {
  report::Finding out;
  out.check = check_of(finding);
  out.control = report::Control::kSecrets;
  out.severity = severity_of(finding);
  out.title = headline(finding);
  out.why = gain(finding);
  out.fix = remedy(finding);
  out.guard = "# only the application and its provider can: the secret must be replaced";
  out.location = location_of(finding.places.front());
  out.fingerprint = finding.fingerprint;
  std::string where = fmt::format("{}, {}", finding.masked, finding.fingerprint);
  for (std::size_t i = 0; i < std::min(finding.places.size(), kPlacesShown); ++i) {
    where += "\n" + place_story(finding.places[i]);
    if (i > 0) out.also.push_back(location_of(finding.places[i]));
  }
  if (finding.places_seen > kPlacesShown) {
    where += fmt::format("\nand {} more places", finding.places_seen - kPlacesShown);
  }
  out.evidence.push_back({std::move(where), "", ""});
  return out;
}

report::RuleText rule_text(const SecretFinding& finding) {
  report::RuleText out;
  out.id = check_of(finding);
  out.title = finding.rule == kExactRule
                  ? "A secret of the contract stands where it does not belong"
                  : finding.title;
  // Rules for anybody's passwords have no provider.
  const bool known = !finding.provider.empty() && finding.provider != "any";
  out.why = known ? "Whoever reads it can act as the product towards " + finding.provider + "."
                  : "Whoever reads it can use what it opens.";
  out.fix = finding.rotate;
  out.control = report::Control::kSecrets;
  out.worst = severity_of(finding);
  out.references = {"CWE-798", "CWE-540"};
  return out;
}

/// One row for each kind of secret that was found, and one for the search as a whole.
void add_rows(const ScanSummary& summary, ReportPart& out) {
  report::CheckRow whole;
  whole.id = kSecretsCheck;
  whole.control = report::Control::kSecrets;
  whole.title = fmt::format("all of {} was searched for secrets", summary.searched);
  whole.cells_planned = 1;
  whole.cells_proved = summary.coverage.complete() ? 1 : 0;
  whole.status =
      summary.coverage.complete() ? report::Status::kPass : report::Status::kInconclusive;
  if (summary.coverage.documents == 0 && !summary.changes_only) {
    whole.status = report::Status::kInconclusive;
    whole.reason = "there was nothing to search";
    out.inconclusive.push_back({whole.id, whole.reason, {}});
  }
  if (!summary.coverage.gaps.empty()) {
    const Coverage::Gap& first = summary.coverage.gaps.front();
    whole.reason = fmt::format("{} not covered, such as {}: {}", summary.coverage.skipped,
                               first.path, first.reason);
  }
  for (const Coverage::Gap& gap : summary.coverage.gaps) {
    out.inconclusive.push_back({whole.id, gap.path + ": " + gap.reason, {}});
  }
  out.checks.push_back(std::move(whole));
  std::map<std::string, report::RuleText> rules;
  for (const SecretFinding& finding : summary.findings) {
    auto [at, fresh] = rules.try_emplace(check_of(finding), rule_text(finding));
    at->second.worst = std::max(at->second.worst, severity_of(finding));
  }
  for (auto& [id, rule] : rules) {
    report::CheckRow row;
    row.id = id;
    row.control = report::Control::kSecrets;
    row.title = rule.title;
    row.status = report::Status::kFail;  // conclude() lowers it when all findings are minor.
    row.cells_planned = row.cells_proved = 1;
    out.checks.push_back(std::move(row));
    out.rules.push_back(std::move(rule));
  }
}

/// In the repository it stands in the index alone, and nowhere outside this machine.
bool only_staged(const SecretFinding& finding) {
  const auto staged = [](const Place& place) { return place.reachability == "staged"; };
  return std::ranges::any_of(finding.places, staged) &&
         std::ranges::all_of(finding.places, [&](const Place& place) {
           return staged(place) || place.surface == Surface::kTree;
         });
}

void add_notice(const Notice& notice, ReportPart& out) {
  const bool map = notice.id == kSourceMapNotice;
  report::Finding finding;
  finding.check = std::string(kRulePrefix) + notice.id;
  finding.control = report::Control::kSecrets;
  finding.severity = map ? report::Severity::kLow : report::Severity::kInfo;
  finding.title = fmt::format("{}: {}", notice.url, notice.detail);
  finding.why = map ? "Anybody can read the original source of the front end, comments included."
                    : "What comes from there was not searched.";
  finding.fix = map ? "Do not publish source maps, or serve them to your own network only."
                    : "Name the origin if it is yours.";
  finding.guard = "# only the application can";
  finding.location.method = "GET";
  finding.location.url = notice.url;
  out.findings.push_back(std::move(finding));
}

}  // namespace

std::string place_name(const Place& place) {
  std::string out = place.path;
  if (place.line != 0) out += fmt::format(":{}", place.line);
  if (!place.original.empty()) out += fmt::format(" ({})", place.original);
  if (!place.via.empty()) out += fmt::format(" ({})", fmt::join(place.via, " > "));
  if (out.empty()) return std::string(surface_name(place.surface));
  return out;
}

std::string place_story(const Place& place) {
  std::string out = place_name(place);
  const auto add = [&](std::string_view label, std::string_view text) {
    if (!text.empty()) out += fmt::format("{}{}{}", label, label.empty() ? "" : " ", text);
  };
  if (!place.commit.empty()) {
    add(" · commit", std::string_view(place.commit).substr(0, kShortId));
  } else if (!place.object.empty()) {
    add(" · object", std::string_view(place.object).substr(0, kShortId));
  }
  add(" · by", place.author);
  add(" · on", std::string_view(place.time).substr(0, 10));
  add(" · in", place.ref);
  add(" ·", place.reachability);
  return out;
}

std::string remedy(const SecretFinding& finding) {
  if (finding.kind != Kind::kSecret) return "Nothing, unless it should not be public.";
  std::string out = finding.rotate.empty()
                        ? "Make a new one where it was issued, put it where the program reads it "
                          "from, then revoke this one."
                        : finding.rotate;
  if (!finding.dashboard.empty()) out += fmt::format(" Where: {}.", finding.dashboard);
  if (!finding.owner.empty()) out += fmt::format(" Ask {}.", finding.owner);
  const auto any = [&](auto holds) { return std::ranges::any_of(finding.places, holds); };
  if (any([](const Place& place) { return place.reachability == "published"; })) {
    out += " Deleting the line is not enough: clones keep the history.";
  } else if (only_staged(finding)) {
    out += " It is only staged: take it out before you commit, and nothing has leaked.";
  } else if (any([](const Place& place) {
               return place.reachability == "unreachable" || place.reachability == "reflog";
             })) {
    out +=
        " Unreachable copies go with `git reflog expire --expire=now --all && git gc "
        "--prune=now`.";
  }
  if (any([](const Place& place) {
        return place.surface == Surface::kBundle || place.surface == Surface::kPage ||
               place.surface == Surface::kSourceMap;
      })) {
    out += " What a browser loads is public: move the call that needs it to the server.";
  }
  return out;
}

bool is_complete(const ScanSummary& summary) {
  return summary.coverage.complete() && (summary.coverage.documents > 0 || summary.changes_only);
}

bool has_open_finding(const ScanSummary& summary) {
  const auto is_map = [](const Notice& notice) { return notice.id == kSourceMapNotice; };
  return std::ranges::any_of(summary.notices, is_map) ||
         std::ranges::any_of(summary.findings, [](const SecretFinding& finding) {
           return severity_of(finding) > report::Severity::kInfo;
         });
}

ScanSummary summarise(const Inventory& inventory, std::span<const SecretTerms> terms,
                      const Suppressions& suppressions, std::chrono::sys_days today) {
  ScanSummary out;
  std::vector<SecretFinding> findings = inventory.findings(suppressions.key());
  apply_terms(findings, terms);
  SuppressionOutcome outcome = suppress(std::move(findings), suppressions, today);
  out.findings = std::move(outcome.open);
  // Inventory has put them in order; severity, which places decide, comes first.
  std::ranges::sort(out.findings, [](const SecretFinding& a, const SecretFinding& b) {
    const auto rank = [](const SecretFinding& one) {
      return std::tuple(-static_cast<int>(severity_of(one)), one.live_as.empty(), !one.proved,
                        std::string_view(one.fingerprint));
    };
    return rank(a) < rank(b);
  });
  out.suppressed = outcome.suppressed;
  out.expired = std::move(outcome.expired);
  out.stale = std::move(outcome.stale);
  out.allowed_inline = inventory.allowed_inline();
  return out;
}

ReportPart report_part(const ScanSummary& summary) {
  ReportPart out;
  for (const SecretFinding& finding : summary.findings) {
    out.findings.push_back(report_finding(finding));
  }
  for (const Notice& notice : summary.notices) add_notice(notice, out);
  add_rows(summary, out);
  return out;
}

}  // namespace lr::secrets
