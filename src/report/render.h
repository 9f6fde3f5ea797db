// Renderers: pure functions from a Report to text. No secret can be in them because evidence is
// redacted before it enters a Report.
#pragma once

#include <string>

#include "report/report.h"

namespace lr::report {

struct TerminalStyle {
  bool color = false;
  int width = 100;
};
std::string render_terminal(const Report& report, const TerminalStyle& style);
/// Two scorecards side by side with what turned green and what is still open.
std::string render_comparison(const Report& before, const Report& after,
                              const TerminalStyle& style);
/// Schema: report_json_schema(); `schema_version` is "1".
std::string render_json(const Report& report);
std::string report_json_schema();
/// One file, no external resource, works without scripts.
std::string render_html(const Report& report);
/// SARIF 2.1.0; locations point at the contract file.
std::string render_sarif(const Report& report);
std::string render_junit(const Report& report);
std::string render_markdown(const Report& report);

}  // namespace lr::report
