// What an audit found, as data. Renderers turn one Report into a terminal scorecard, HTML, JSON,
// SARIF, JUnit and Markdown.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "report/control.h"
#include "text/yaml.h"

namespace lr::report {

enum class Severity : std::uint8_t { kInfo, kLow, kMedium, kHigh, kCritical };
std::string_view severity_name(Severity severity);

/// kInconclusive: could not be proved either way; never reads as a pass.
enum class Status : std::uint8_t { kPass, kFail, kInconclusive, kNotApplicable };
std::string_view status_name(Status status);  ///< "pass", "fail", "inconclusive", "not_applicable"

/// Where a finding lives: the contract line of the route, and the request.
struct Location {
  std::string file;  ///< Contract or source file, relative; "" when there is no contract.
  text::Mark at;
  std::string method;
  std::string url;    ///< Path template or URL, without secrets.
  std::string route;  ///< The contract's spelling, "" when unlisted.
};

/// One request and its answer, redacted and shortened.
struct Evidence {
  std::string what;      ///< "user_b read user_a's conversation"
  std::string request;   ///< Request line and headers, secrets masked.
  std::string response;  ///< Status line, headers and the start of the body, secrets masked.
};

struct Finding {
  std::string check;  ///< "owner.read_foreign"
  Control control = Control::kAuthn;
  Severity severity = Severity::kMedium;
  std::string title;      ///< One sentence a founder understands.
  std::string why;        ///< What an attacker gains.
  std::string fix;        ///< What to change, in plain English.
  std::string guard;      ///< Contract lines that close it through the guard; "" when none can.
  std::string reproduce;  ///< A curl line; secrets as shell variables.
  Location location;
  std::vector<Evidence> evidence;
  std::string fingerprint;  ///< Stable over runs: hash of check, method, route and form.
  /// Further places of the same, for renderers that link to places.
  std::vector<Location> also = {};
};

/// One line of a check's result that is neither found nor proved: why.
struct Inconclusive {
  std::string check;
  std::string reason;
  Location location;
};

struct CheckRow {
  std::string id;
  Control control = Control::kAuthn;
  std::string title;
  Status status = Status::kNotApplicable;
  std::string reason;  ///< For inconclusive and not applicable.
  std::uint32_t cells_planned = 0;
  std::uint32_t cells_proved = 0;
  std::uint32_t requests = 0;
  std::chrono::milliseconds took{0};
};

struct ControlRow {
  Control control = Control::kAuthn;
  Status status = Status::kNotApplicable;
  std::string reason;
  std::uint32_t cells_planned = 0;
  std::uint32_t cells_proved = 0;
  std::uint32_t findings = 0;
};

enum class Verdict : std::uint8_t { kReady, kNotReady, kIncomplete };
std::string_view verdict_name(Verdict verdict);  ///< "ready", "not_ready", "incomplete"

/// What a rule id means, for SARIF and the reference pages.
struct RuleText {
  std::string id;
  std::string title;
  std::string why;
  std::string fix;
  Control control = Control::kAuthn;
  Severity worst = Severity::kMedium;
  std::vector<std::string> references;  ///< "CWE-639", "OWASP API1:2023", …
};

struct Report {
  std::string product;
  std::string target;  ///< Origin that was audited.
  std::string contract_file;
  std::string contract_digest;
  std::string profile;
  std::string run_id;
  WallTime started{};
  std::chrono::milliseconds took{0};
  std::uint32_t requests = 0;
  Verdict verdict = Verdict::kIncomplete;
  std::vector<ControlRow> controls;  ///< All 23, in order.
  std::vector<CheckRow> checks;      ///< Sorted by id.
  std::vector<Finding> findings;     ///< Worst first.
  std::vector<Inconclusive> inconclusive;
  std::vector<RuleText> rules;
};

/// Computes control rows and the verdict from checks and findings; sorts findings worst first.
/// READY = no open finding of severity high or critical and no inconclusive control that was
/// planned. A control with any finding of medium or worse fails; with only low or info findings
/// it passes.
void conclude(Report& report);

/// The ten findings that matter most, one per (check, control), worst first.
std::vector<const Finding*> top_risks(const Report& report, std::size_t most = 10);
/// 0 ready, 1 not ready, 3 incomplete.
int exit_code(Verdict verdict);

}  // namespace lr::report
