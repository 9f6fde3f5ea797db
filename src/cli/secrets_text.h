// What a search for secrets says on a terminal and as JSON.
#pragma once

#include <string>
#include <string_view>

#include "report/render.h"
#include "secrets/findings/summary.h"

namespace lr::cli {

/// "clean", "findings", "incomplete": findings outrank gaps.
std::string_view secrets_verdict(const secrets::ScanSummary& summary);
/// 0 clean, 1 findings, 3 incomplete.
int secrets_exit_code(const secrets::ScanSummary& summary);

std::string secrets_text(const secrets::ScanSummary& summary, const report::TerminalStyle& style);
/// Every finding with every place that was kept. `schema_version` is "1".
std::string secrets_json(const secrets::ScanSummary& summary);

}  // namespace lr::cli
