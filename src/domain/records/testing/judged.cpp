#include "domain/records/testing/judged.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "domain/zone_file.h"

namespace lr::domain::testing {

using report::Status;

report::Status Judged::status(std::string_view check) const {
  const auto at = std::ranges::find(report.checks, check, &report::CheckRow::id);
  LR_CHECK(at != report.checks.end());
  return at->status;
}

const report::Finding& Judged::finding(std::string_view check) const {
  const auto at = std::ranges::find(report.findings, check, &report::Finding::check);
  LR_CHECK(at != report.findings.end());
  return *at;
}

std::set<std::string> Judged::with(report::Status status) const {
  std::set<std::string> out;
  for (const report::CheckRow& row : report.checks) {
    if (row.status == status) out.emplace(row.id);
  }
  return out;
}

Zone zone_of(std::string_view text) {
  const auto parsed = parse_zone_file(text, "test.zone", "acme.example");
  if (!parsed) ADD_FAILURE() << parsed.error().detail();
  LR_CHECK(parsed.has_value());
  return parsed->zone();
}

Subject acme() {
  Subject subject{.domain = "acme.example", .from_contract = true};
  subject.mail.domain = "acme.example";
  return subject;
}

Judged judged(const Area& area, const Subject& subject, Resolver& resolver) {
  const Network network{.resolver = resolver, .live = false};
  Inspection inspection(area, subject, network);
  area.inspect(inspection);
  Judged out;
  out.silent = inspection.silent_checks();
  inspection.report_to(out.report);
  return out;
}

void expect_area(const Area& area, std::span<const Fault> faults, std::span<const Sane> sane,
                 const std::set<std::string>& proved_elsewhere) {
  std::set<std::string> found;
  std::set<std::string> proved = proved_elsewhere;
  const auto run = [&](std::string_view text, void (*change)(Subject&)) {
    Zone zone = zone_of(text);
    Subject subject = acme();
    if (change != nullptr) change(subject);
    Judged out = judged(area, subject, zone);
    EXPECT_TRUE(out.silent.empty()) << text << ": silent " << out.silent.front();
    proved.merge(out.with(Status::kPass));
    return out;
  };
  for (const Fault& fault : faults) {
    const Judged out = run(fault.zone, fault.change);
    const std::string id = std::string(area.name) + "." + std::string(fault.check);
    EXPECT_EQ(out.status(id), Status::kFail) << id << " in " << fault.zone;
    if (out.status(id) != Status::kFail) continue;
    EXPECT_FALSE(out.finding(id).evidence.empty()) << id << " has no evidence";
    found.insert(id);
  }
  for (const Sane& one : sane) {
    for (const report::Finding& finding : run(one.zone, one.change).report.findings) {
      EXPECT_EQ(finding.severity, report::Severity::kInfo)
          << finding.check << " in the sane zone " << one.zone;
    }
  }
  for (const CheckDef& check : area.checks) {
    EXPECT_TRUE(found.contains(std::string(check.id))) << check.id << " was never found";
    EXPECT_TRUE(proved.contains(std::string(check.id))) << check.id << " was never proved";
  }
}

}  // namespace lr::domain::testing
