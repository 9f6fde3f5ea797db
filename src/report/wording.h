// The sentences and counts that several renderers share, so that a report says the same thing in
// every format.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace lr::report {

struct Tally {
  std::array<std::size_t, 5> severities{};  ///< By Severity.
  std::array<std::size_t, 4> statuses{};    ///< Controls by Status.
  std::uint32_t planned = 0;
  std::uint32_t proved = 0;

  std::size_t findings(Severity severity) const {
    return severities[static_cast<std::size_t>(severity)];
  }
  std::size_t controls(Status status) const { return statuses[static_cast<std::size_t>(status)]; }
};
Tally tally(const Report& report);

/// A row that failed without a finding is a contradiction; the safe reading is "not ready".
bool has_unexplained_failure(const Report& report);

/// "NOT READY", "READY", "INCOMPLETE".
std::string_view verdict_headline(Verdict verdict);
/// One plain sentence: what the verdict means for tomorrow.
std::string verdict_sentence(const Report& report);
/// "PASS", "FAIL", "INCONCLUSIVE", "NOT APPLICABLE".
std::string_view status_word(Status status);
/// "412/412 cells proved".
std::string coverage_line(const Tally& counts);
/// What to do first.
std::string next_step(const Report& report);

/// False when `guard` is empty or says "# only the application …".
bool guard_closes(const Finding& finding);

/// "GET /v1/orders/{order}".
std::string place_of(const Location& location);
/// "launchready.yaml:31", or "" without a contract.
std::string source_of(const Location& location);

/// The place if the finding has one, else the source; "" when it has neither.
std::string where_of(const Location& location);

/// "1 finding", "1,204 findings".
std::string counted(std::size_t count, std::string_view one, std::string_view many);
std::string grouped(std::size_t number);
/// "430 ms", "11.4 s", "2 min 05 s".
std::string duration_text(std::chrono::milliseconds duration);
/// "2026-11-22 02:46 UTC".
std::string minute_text(WallTime time);

/// All findings of one check within one control, worst first.
struct CheckGroup {
  const RuleText* rule = nullptr;  ///< Null when the report has no text for the check.
  std::vector<const Finding*> findings;
  const Finding& worst() const { return *findings.front(); }
};
std::vector<CheckGroup> groups_of(const Report& report, Control control);
const RuleText* find_rule(const Report& report, std::string_view check);
/// How many findings share the check and control of `finding`.
std::size_t places_of(const Report& report, const Finding& finding);

}  // namespace lr::report
