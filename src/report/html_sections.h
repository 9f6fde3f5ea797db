// The parts of report.html. Each returns one complete piece of markup in which every text from
// outside is escaped.
#pragma once

#include <string>
#include <string_view>

#include "report/report.h"

namespace lr::report {

/// The style sheet: light and dark by the reader's preference, contrast at least 4.5:1, no
/// external resource.
std::string_view html_style();
/// Symbol definitions for html_icon().
std::string_view html_icons();
/// A shape per status, so that colour is never the only sign. Hidden from screen readers: the word
/// always stands beside it.
std::string html_icon(Status status);
std::string html_severity(Severity severity);
/// Letters, digits, '.', '_' and '-' of an id: safe as an anchor.
std::string html_anchor(std::string_view prefix, std::string_view id);

std::string html_verdict(const Report& report);
std::string html_scorecard(const Report& report);
std::string html_top_risks(const Report& report);
std::string html_findings(const Report& report);
std::string html_unproved(const Report& report);
std::string html_checks(const Report& report);
std::string html_reading_guide(const Report& report);

}  // namespace lr::report
