// One area, run by itself, for tests.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inspection.h"

namespace lr::domain {

struct AreaOutcome {
  std::map<std::string, report::Status> status{};
  report::Report report{};
  std::vector<std::string> silent{};

  static AreaOutcome of(const Area& area, const Subject& subject, const Network& network) {
    AreaOutcome out;
    Inspection inspection(area, subject, network);
    area.inspect(inspection);
    for (const std::string_view id : inspection.silent_checks()) out.silent.emplace_back(id);
    inspection.report_to(out.report);
    for (const report::CheckRow& row : out.report.checks) out.status[row.id] = row.status;
    return out;
  }
  /// Ids with findings, joined by spaces.
  std::string found() const {
    std::string ids;
    for (const auto& [id, state] : status) {
      if (state == report::Status::kFail) ids += (ids.empty() ? "" : " ") + id;
    }
    return ids;
  }
  std::string ids_with(report::Status wanted) const {
    std::string ids;
    for (const auto& [id, state] : status) {
      if (state == wanted) ids += (ids.empty() ? "" : " ") + id;
    }
    return ids;
  }
  const report::Finding* finding(std::string_view id) const {
    const auto at = std::ranges::find(report.findings, id, &report::Finding::check);
    return at == report.findings.end() ? nullptr : &*at;
  }
};

}  // namespace lr::domain
