// Judges a domain: every area at once, on a few threads.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/check.h"
#include "domain/network.h"
#include "domain/subject.h"

namespace lr::domain {

struct InspectOptions {
  std::vector<std::string> only{};  ///< Ids of checks, areas or controls; empty runs all.
  std::size_t threads = 8;          ///< Areas mostly wait.
  /// Told as each area ends, from its thread, one at a time.
  std::function<void(std::string_view area, std::size_t done, std::size_t total)> on_progress{};
};

/// Adds rows, findings and rule texts of all areas to `report`, in the areas' order. Does not
/// conclude the report.
void inspect(std::span<const Area* const> areas, const Subject& subject, const Network& network,
             const InspectOptions& options, report::Report& report);

}  // namespace lr::domain
