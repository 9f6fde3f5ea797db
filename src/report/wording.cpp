#include "report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace lr::report {
namespace {

std::string join_words(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

std::string lesser_findings(const Tally& counts) {
  const std::size_t lesser = counts.findings(Severity::kMedium) + counts.findings(Severity::kLow) +
                             counts.findings(Severity::kInfo);
  if (lesser == 0) return "";
  return fmt::format(" {} of lower severity {} listed below.",
                     counted(lesser, "finding", "findings"), lesser == 1 ? "is" : "are");
}

/// "2 critical and 1 high findings are open": how many there are of the severities.
std::string open_findings(const Tally& counts, std::initializer_list<Severity> severities) {
  std::vector<std::string> words;
  std::size_t all = 0;
  for (const Severity severity : severities) {
    const std::size_t count = counts.findings(severity);
    if (count > 0) words.push_back(fmt::format("{} {}", grouped(count), severity_name(severity)));
    all += count;
  }
  if (all == 0) return "";
  return fmt::format("{} {} open", join_words(words), all == 1 ? "finding is" : "findings are");
}

std::string not_ready_sentence(const Report& report, const Tally& counts) {
  std::string open = open_findings(counts, {Severity::kCritical, Severity::kHigh});
  // Secrets are to be replaced however sure a rule is.
  if (open.empty() && !has_unexplained_failure(report)) {
    open = open_findings(counts, {Severity::kMedium, Severity::kLow});
  }
  if (open.empty()) open = "a check failed without saying where";
  return fmt::format("Do not launch yet: {}.", open);
}

std::string ready_sentence(const Report& report, const Tally& counts) {
  const std::string lesser = lesser_findings(counts);
  if (report.contract_file.empty()) {
    return "A stranger finds nothing serious. The inside needs a contract to be proved." + lesser;
  }
  if (lesser.empty()) return "Every promise that this run could test holds.";
  return "Everything planned was proved and no serious finding is open." + lesser;
}

/// What a fix says, without the sentence that leads to its lines to copy: those stand with the
/// finding.
std::string_view words_of(std::string_view fix) {
  const std::string_view words = fix.substr(0, fix.find('\n'));
  const std::size_t before = words.rfind(". ");
  if (!words.ends_with(':') || before == std::string_view::npos) return words;
  return words.substr(0, before + 1);
}

}  // namespace

Tally tally(const Report& report) {
  Tally counts;
  for (const Finding& finding : report.findings) {
    ++counts.severities[static_cast<std::size_t>(finding.severity)];
  }
  for (const ControlRow& row : report.controls) {
    ++counts.statuses[static_cast<std::size_t>(row.status)];
    counts.planned += row.cells_planned;
    counts.proved += row.cells_proved;
  }
  return counts;
}

bool has_unexplained_failure(const Report& report) {
  return std::any_of(report.checks.begin(), report.checks.end(), [&](const CheckRow& row) {
    if (row.status != Status::kFail) return false;
    return std::none_of(report.findings.begin(), report.findings.end(),
                        [&](const Finding& f) { return f.check == row.id; });
  });
}

std::string_view verdict_headline(Verdict verdict) {
  switch (verdict) {
    case Verdict::kReady:
      return "READY";
    case Verdict::kNotReady:
      return "NOT READY";
    case Verdict::kIncomplete:
      return "INCOMPLETE";
  }
  return "INCOMPLETE";
}

std::string verdict_sentence(const Report& report) {
  const Tally counts = tally(report);
  if (report.verdict == Verdict::kNotReady) return not_ready_sentence(report, counts);
  if (report.verdict == Verdict::kReady) return ready_sentence(report, counts);
  const std::size_t open = counts.controls(Status::kInconclusive);
  if (open == 0) return "Nothing could be proved, so nothing can be promised yet.";
  return fmt::format(
      "No serious finding, but {} could not be proved either way. Untested is never green.{}",
      counted(open, "control", "controls"), lesser_findings(counts));
}

std::string_view status_word(Status status) {
  switch (status) {
    case Status::kPass:
      return "PASS";
    case Status::kFail:
      return "FAIL";
    case Status::kInconclusive:
      return "INCONCLUSIVE";
    case Status::kNotApplicable:
      return "NOT APPLICABLE";
  }
  return "INCONCLUSIVE";
}

std::string coverage_line(const Tally& counts) {
  return fmt::format("{}/{} cells proved", grouped(counts.proved), grouped(counts.planned));
}

std::string next_step(const Report& report) {
  const std::vector<const Finding*> risks = top_risks(report, 1);
  if (report.verdict == Verdict::kIncomplete && !report.inconclusive.empty()) {
    const Inconclusive& first = report.inconclusive.front();
    return fmt::format("Make {} provable: {}", first.check, first.reason);
  }
  if (risks.empty() && report.profile == "domain") {
    return "Keep it so: judge every change of the zone with --zone before it is published.";
  }
  if (risks.empty()) {
    return report.contract_file.empty()
               ? "Write a contract (launchready.yaml) to prove what only signed-in users can see."
               : "Keep it so: run this audit in CI and after every release.";
  }
  const bool guard_helps =
      std::any_of(report.findings.begin(), report.findings.end(), guard_closes);
  std::string out = fmt::format("Fix {} first: {}", control_id(risks.front()->control),
                                words_of(risks.front()->fix));
  if (guard_helps && !report.contract_file.empty()) {
    out += fmt::format(" Or close what the guard can close now: launchready guard --contract {}",
                       report.contract_file);
  }
  return out;
}

bool guard_closes(const Finding& finding) {
  return !finding.guard.empty() && !finding.guard.starts_with("# only the application");
}

std::string place_of(const Location& location) {
  const std::string& where = location.route.empty() ? location.url : location.route;
  if (location.method.empty()) return where;
  return where.empty() ? location.method : location.method + " " + where;
}

std::string source_of(const Location& location) {
  return location.file.empty() ? "" : fmt::format("{}:{}", location.file, location.at.line);
}

std::string where_of(const Location& location) {
  std::string place = place_of(location);
  return place.empty() ? source_of(location) : place;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::string grouped(std::size_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms < 1'000) return fmt::format("{} ms", ms);
  if (ms < 60'000) return fmt::format("{}.{} s", ms / 1'000, ms % 1'000 / 100);
  return fmt::format("{} min {:02} s", ms / 60'000, ms % 60'000 / 1'000);
}

std::string minute_text(WallTime time) {
  const std::string full = format_rfc3339(time);  // 2026-11-22T02:46:…
  if (full.size() < 16) return full;
  return full.substr(0, 10) + " " + full.substr(11, 5) + " UTC";
}

const RuleText* find_rule(const Report& report, std::string_view check) {
  for (const RuleText& rule : report.rules) {
    if (rule.id == check) return &rule;
  }
  return nullptr;
}

std::vector<CheckGroup> groups_of(const Report& report, Control control) {
  std::vector<CheckGroup> groups;
  for (const Finding& finding : report.findings) {
    if (finding.control != control) continue;
    auto same = std::find_if(groups.begin(), groups.end(), [&](const CheckGroup& group) {
      return group.worst().check == finding.check;
    });
    if (same == groups.end()) {
      groups.push_back({find_rule(report, finding.check), {}});
      same = std::prev(groups.end());
    }
    same->findings.push_back(&finding);
  }
  return groups;
}

std::size_t places_of(const Report& report, const Finding& finding) {
  return static_cast<std::size_t>(
      std::count_if(report.findings.begin(), report.findings.end(), [&](const Finding& other) {
        return other.check == finding.check && other.control == finding.control;
      }));
}

}  // namespace lr::report
