#include "report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "report/wording.h"

namespace lr::report {
namespace {

bool fails_a_control(const Finding& finding) { return finding.severity >= Severity::kMedium; }

void sort_findings(std::vector<Finding>& findings) {
  auto key = [](const Finding& f) {
    return std::tie(f.control, f.check, f.location.route, f.location.url, f.location.method,
                    f.title, f.fingerprint);
  };
  std::sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    if (a.severity != b.severity) return a.severity > b.severity;
    return key(a) < key(b);
  });
}

/// A check row may only say "pass" when every planned cell was proved and nothing contradicts it.
void settle_check(CheckRow& row, const Report& report) {
  bool any = false;
  bool failing = false;
  for (const Finding& finding : report.findings) {
    if (finding.check != row.id) continue;
    any = true;
    failing = failing || fails_a_control(finding);
  }
  const auto unproved = std::find_if(report.inconclusive.begin(), report.inconclusive.end(),
                                     [&](const Inconclusive& i) { return i.check == row.id; });
  if (failing) row.status = Status::kFail;
  if (row.status == Status::kFail && any && !failing) row.status = Status::kPass;
  if (row.status != Status::kPass) return;
  if (unproved != report.inconclusive.end()) {
    row.status = Status::kInconclusive;
    if (row.reason.empty()) row.reason = unproved->reason;
  } else if (row.cells_proved < row.cells_planned) {
    row.status = Status::kInconclusive;
    if (row.reason.empty()) {
      row.reason = fmt::format("{} of {} cells were not proved",
                               row.cells_planned - row.cells_proved, row.cells_planned);
    }
  }
}

std::string not_applicable_reason(Control control, const std::vector<const CheckRow*>& rows) {
  if (rows.empty()) {
    return is_proved_today(control) ? "not part of this run" : "no check in this version";
  }
  for (const CheckRow* row : rows) {
    if (!row->reason.empty()) return row->reason;
  }
  return "the contract declares none";
}

std::string inconclusive_reason(const std::vector<const CheckRow*>& rows) {
  std::string first;
  std::size_t count = 0;
  for (const CheckRow* row : rows) {
    if (row->status != Status::kInconclusive) continue;
    ++count;
    if (first.empty() && !row->reason.empty()) first = row->id + ": " + row->reason;
  }
  if (first.empty()) first = "could not be proved either way";
  return count > 1 ? fmt::format("{} (and {} more)", first, count - 1) : first;
}

Status worst_of(const std::vector<const CheckRow*>& rows) {
  auto has = [&](Status status) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const CheckRow* row) { return row->status == status; });
  };
  for (Status status : {Status::kFail, Status::kInconclusive, Status::kPass}) {
    if (has(status)) return status;
  }
  return Status::kNotApplicable;
}

ControlRow control_row(Control control, const Report& report) {
  ControlRow row;
  row.control = control;
  std::vector<const CheckRow*> rows;
  for (const CheckRow& check : report.checks) {
    if (check.control != control) continue;
    rows.push_back(&check);
    row.cells_planned += check.cells_planned;
    row.cells_proved += check.cells_proved;
  }
  row.status = worst_of(rows);
  for (const Finding& finding : report.findings) {
    if (finding.control != control) continue;
    ++row.findings;
    if (fails_a_control(finding)) row.status = Status::kFail;
  }
  if (row.status == Status::kInconclusive) row.reason = inconclusive_reason(rows);
  if (row.status == Status::kNotApplicable) row.reason = not_applicable_reason(control, rows);
  return row;
}

bool has_serious_finding(const Report& report) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [](const Finding& f) { return f.severity >= Severity::kHigh; });
}

bool has_stray_inconclusive(const Report& report) {
  return std::any_of(report.inconclusive.begin(), report.inconclusive.end(),
                     [&](const Inconclusive& i) {
                       return std::none_of(report.checks.begin(), report.checks.end(),
                                           [&](const CheckRow& row) { return row.id == i.check; });
                     });
}

Verdict judge(const Report& report) {
  if (has_serious_finding(report) || has_unexplained_failure(report)) return Verdict::kNotReady;
  if (has_stray_inconclusive(report)) return Verdict::kIncomplete;
  bool anything_proved = false;
  for (const ControlRow& row : report.controls) {
    if (row.status == Status::kInconclusive) return Verdict::kIncomplete;
    anything_proved = anything_proved || row.status != Status::kNotApplicable;
  }
  return anything_proved ? Verdict::kReady : Verdict::kIncomplete;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kLow:
      return "low";
    case Severity::kMedium:
      return "medium";
    case Severity::kHigh:
      return "high";
    case Severity::kCritical:
      return "critical";
  }
  return "critical";
}

std::string_view status_name(Status status) {
  switch (status) {
    case Status::kPass:
      return "pass";
    case Status::kFail:
      return "fail";
    case Status::kInconclusive:
      return "inconclusive";
    case Status::kNotApplicable:
      return "not_applicable";
  }
  return "inconclusive";
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kReady:
      return "ready";
    case Verdict::kNotReady:
      return "not_ready";
    case Verdict::kIncomplete:
      return "incomplete";
  }
  return "incomplete";
}

void conclude(Report& report) {
  sort_findings(report.findings);
  std::sort(report.checks.begin(), report.checks.end(),
            [](const CheckRow& a, const CheckRow& b) { return a.id < b.id; });
  for (CheckRow& row : report.checks) settle_check(row, report);
  report.controls.clear();
  for (int i = 0; i < kControlCount; ++i) {
    report.controls.push_back(control_row(static_cast<Control>(i), report));
  }
  report.verdict = judge(report);
}

std::vector<const Finding*> top_risks(const Report& report, std::size_t most) {
  std::vector<const Finding*> sorted;
  for (const Finding& finding : report.findings) sorted.push_back(&finding);
  std::sort(sorted.begin(), sorted.end(), [](const Finding* a, const Finding* b) {
    return a->severity != b->severity ? a->severity > b->severity : a < b;  // else report order
  });
  std::set<std::pair<std::string_view, Control>> seen;
  std::vector<const Finding*> out;
  for (const Finding* finding : sorted) {
    if (out.size() == most) break;
    if (seen.emplace(finding->check, finding->control).second) out.push_back(finding);
  }
  return out;
}

int exit_code(Verdict verdict) {
  switch (verdict) {
    case Verdict::kReady:
      return 0;
    case Verdict::kNotReady:
      return 1;
    case Verdict::kIncomplete:
      return 3;
  }
  return 3;
}

}  // namespace lr::report
