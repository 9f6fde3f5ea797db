// Every seeded fault is found, nothing else is, and clean domains stay green.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "faults.h"
#include "lab_world.h"

namespace lr::domain::lab {
namespace {

using report::Severity;

bool holds(const std::vector<std::string_view>& ids, std::string_view id) {
  return std::ranges::find(ids, id) != ids.end();
}

std::string described(const report::Finding& finding) {
  std::string out = fmt::format("{} {} {}: {}", report::severity_name(finding.severity),
                                finding.check, finding.location.url, finding.title);
  for (const report::Evidence& evidence : finding.evidence) out += "\n    " + evidence.response;
  return out;
}

std::string row_of(const report::Report& report, std::string_view id) {
  const auto row = std::ranges::find(report.checks, id, &report::CheckRow::id);
  if (row == report.checks.end()) return "no row";
  return fmt::format("{} {}", report::status_name(row->status), row->reason);
}

/// Findings of medium or worse, which is what fails a control.
void expect_only(const report::Report& report, const std::vector<std::string_view>& allowed) {
  for (const report::Finding& finding : report.findings) {
    if (finding.severity >= Severity::kMedium && !holds(allowed, finding.check)) {
      ADD_FAILURE() << "false alarm: " << described(finding);
    }
  }
}

/// Who is shown a record is also shown what to publish in its place, or that it has to go.
void expect_lines_to_copy(const report::Report& report) {
  for (const report::Finding& finding : report.findings) {
    const bool quotes = std::ranges::any_of(finding.evidence, [](const report::Evidence& one) {
      return one.what == "the record as published";
    });
    if (!quotes) continue;
    EXPECT_TRUE(finding.fix.contains(":\n")) << described(finding) << "\n" << finding.fix;
  }
}

/// What is allowed and does not happen would hide a false alarm of tomorrow.
void expect_each(const report::Report& report, const std::vector<std::string_view>& follows) {
  for (const std::string_view id : follows) {
    EXPECT_TRUE(std::ranges::any_of(report.findings,
                                    [&](const report::Finding& finding) {
                                      return finding.check == id &&
                                             finding.severity >= Severity::kMedium;
                                    }))
        << id << " does not follow: take it off the list";
  }
}

void expect_proved(const report::Report& report) {
  for (const report::Inconclusive& one : report.inconclusive) {
    ADD_FAILURE() << "not proved: " << one.check << " " << one.location.url << ": " << one.reason;
  }
}

class CleanDomain : public ::testing::TestWithParam<std::size_t> {};

TEST_P(CleanDomain, HasNoFindingAndNothingUnproved) {
  const LabWorld& world = LabWorld::instance();
  const LabDomain& domain = world.domains().at(GetParam());
  SCOPED_TRACE(domain.name);
  const report::Report report = world.inspected(domain, Scope::kEverything);
  expect_only(report, {});
  expect_lines_to_copy(report);
  expect_proved(report);
  EXPECT_FALSE(report.checks.empty());
}

constexpr std::size_t kCleanDomains = 10;
INSTANTIATE_TEST_SUITE_P(Lab, CleanDomain, ::testing::Range<std::size_t>(0, kCleanDomains),
                         [](const auto& info) {
                           std::string name = clean_domains().at(info.param).name;
                           std::ranges::replace_if(
                               name, [](char c) { return c == '.' || c == '-'; }, '_');
                           return name;
                         });

class SeededFault : public ::testing::TestWithParam<Fault> {};

TEST_P(SeededFault, IsFoundAndNothingElse) {
  const Fault& fault = GetParam();
  const LabWorld& world = LabWorld::instance();
  const LabDomain& domain = world.domain(std::string(fault.name) + ".lab");
  const report::Report report = world.inspected(domain, fault.scope);
  std::set<std::string_view> found;
  for (const report::Finding& finding : report.findings) found.insert(finding.check);
  for (const std::string_view id : fault.found) {
    EXPECT_TRUE(found.contains(id)) << id << " did not find it: " << row_of(report, id);
  }
  std::vector<std::string_view> allowed = fault.found;
  allowed.insert(allowed.end(), fault.follows.begin(), fault.follows.end());
  expect_only(report, allowed);
  expect_lines_to_copy(report);
  expect_each(report, fault.follows);
  if (HasFailure() && domain.mail_path && world.postfix() != nullptr) {
    fmt::print("{}\n", world.postfix()->log());
  }
}

INSTANTIATE_TEST_SUITE_P(Lab, SeededFault, ::testing::ValuesIn(all_faults()), [](const auto& info) {
  std::string name(info.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Lab, TheIdsOfTheTableAreIdsOfChecks) {
  std::set<std::string_view> ids;
  for (const Area* area : all_areas()) {
    for (const CheckDef& check : area->checks) ids.insert(check.id);
  }
  std::set<std::string_view> names;
  for (const Fault& fault : all_faults()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name << " stands there twice";
    EXPECT_FALSE(fault.found.empty()) << fault.name;
    for (const auto& list : {fault.found, fault.follows}) {
      for (const std::string_view id : list) EXPECT_TRUE(ids.contains(id)) << id;
    }
  }
}

}  // namespace
}  // namespace lr::domain::lab
