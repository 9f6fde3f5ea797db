#include "domain/dns/testing/area_run.h"

namespace lr::domain {

TestResolver::TestResolver(std::string_view text, std::string_view origin) {
  auto file = parse_zone_file(text, "zone", origin);
  if (file) {
    zone = file->zone();
  } else {
    bad_zone_file = file.error().detail();
  }
}

Answer TestResolver::query(std::string_view name, RecordType type) {
  if (std::ranges::count(bogus, std::pair(canonical_name(name), type)) != 0) {
    Answer answer;
    answer.trust = Trust::kBogus;
    answer.why = "no signature fits";
    return answer;
  }
  Answer answer = zone.query(name, type);
  answer.trust = answer.failed() ? Trust::kUnknown : trust;
  return answer;
}

report::Status AreaRun::status(std::string_view check) const {
  for (const report::CheckRow& row : report.checks) {
    if (row.id == check) return row.status;
  }
  LR_CHECK(false);
}

const report::Finding* AreaRun::finding(std::string_view check) const {
  const auto at = std::ranges::find(report.findings, check, &report::Finding::check);
  return at == report.findings.end() ? nullptr : &*at;
}

AreaRun run_area(const Area& area, const Subject& subject, const Network& network) {
  Inspection inspection(area, subject, network);
  area.inspect(inspection);
  AreaRun out;
  out.silent = inspection.silent_checks();
  inspection.report_to(out.report);
  return out;
}

}  // namespace lr::domain
