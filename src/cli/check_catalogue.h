// Every check that this program knows, wherever it lives.
#pragma once

#include <string_view>
#include <vector>

#include "report/report.h"

namespace lr::cli {

struct KnownCheck {
  std::string_view id;
  report::Control control = report::Control::kAuthn;
  report::Severity worst = report::Severity::kMedium;
  std::string_view profile;  ///< "observe", "safe" or "full": the least that runs it.
  std::string_view title;
  std::string_view why;
  std::string_view fix;
  std::vector<std::string_view> references;
};

/// Sorted by id.
std::vector<KnownCheck> known_checks();

}  // namespace lr::cli
