// Replays the samples of every check against the lab: with the named defect the check finds it,
// without any it passes; and every defect alone fails its own control and no other.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "audit/audit.h"
#include "contract/load.h"
#include "lab/lab.h"

namespace lr {
namespace {

using report::Status;

/// A lab and its contract, in a folder that goes away with it.
class LabSite {
 public:
  LabSite(std::vector<std::string> defects, std::uint64_t seed) {
    lab::LabOptions options;
    options.defects = std::move(defects);
    options.seed = seed;
    auto started = lab::Lab::start(options);
    if (!started) throw std::runtime_error(started.error().detail());
    lab_ = std::move(*started);
    std::string name = (std::filesystem::temp_directory_path() / "lr-audit-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    const auto path = lab_->write_contract(folder_);
    if (!path) throw std::runtime_error(path.error().detail());
    auto loaded = contract::load_contract(*path);
    if (!loaded) throw std::runtime_error(loaded.error().detail());
    contract_ = std::make_unique<contract::Contract>(std::move(*loaded));
  }
  ~LabSite() { std::filesystem::remove_all(folder_); }

  report::Report audit(std::vector<std::string> only = {}) {
    audit::AuditOptions options;
    options.contract = contract_.get();
    options.target = lab_->url();
    options.only = std::move(only);
    auto report = audit::run_audit(options, audit::all_checks(), nullptr);
    if (!report) throw std::runtime_error(report.error().detail());
    return std::move(*report);
  }

 private:
  std::unique_ptr<lab::Lab> lab_;
  std::unique_ptr<contract::Contract> contract_;
  std::string folder_;
};

std::string describe(const report::Report& report) {
  std::string out;
  for (const report::Finding& finding : report.findings) {
    out += "found " + finding.check + ": " + finding.title + " at " + finding.location.method +
           " " + finding.location.url + "\n";
  }
  for (const report::Inconclusive& open : report.inconclusive) {
    out += "inconclusive " + open.check + ": " + open.reason + " at " + open.location.method + " " +
           open.location.url + "\n";
  }
  return out;
}

std::set<std::string> failed_controls(const report::Report& report) {
  std::set<std::string> out;
  for (const report::ControlRow& row : report.controls) {
    if (row.status == Status::kFail) out.emplace(report::control_id(row.control));
  }
  return out;
}

const report::CheckRow* find_row(const report::Report& report, std::string_view id) {
  for (const report::CheckRow& row : report.checks) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

void expect_ready(const report::Report& report) {
  EXPECT_EQ(report.verdict, report::Verdict::kReady) << describe(report);
  EXPECT_TRUE(report.findings.empty()) << describe(report);
  EXPECT_TRUE(report.inconclusive.empty()) << describe(report);
  for (const report::CheckRow& row : report.checks) {
    EXPECT_EQ(row.status, Status::kPass) << row.id << ": " << row.reason;
    EXPECT_GT(row.cells_planned, 0U) << row.id << " proved nothing";
    EXPECT_EQ(row.cells_proved, row.cells_planned) << row.id;
  }
}

TEST(AuditSamples, TheLabWithoutDefectsIsReadyWithinItsBudget) {
  LabSite site({}, 1);
  const report::Report report = site.audit();
  expect_ready(report);
  EXPECT_LE(report.requests, 6000U);
  EXPECT_LE(report.took, std::chrono::seconds(30));
}

TEST(AuditSamples, AnAuditRightAfterAnotherProvesTheLimitsAgain) {
  LabSite site({}, 1);
  for (int i = 0; i < 2; ++i) {
    const report::Report report = site.audit({"RATE"});
    EXPECT_EQ(report.verdict, report::Verdict::kReady) << i << ": " << describe(report);
  }
}

TEST(AuditSamples, EveryCheckHasAVulnerableAndAFixedSample) {
  std::set<std::string_view> names;
  for (const lab::Defect& defect : lab::all_defects()) names.insert(defect.name);
  for (const audit::CheckDef* def : audit::all_checks()) {
    int vulnerable = 0;
    int fixed = 0;
    for (const audit::Sample& sample : def->samples) {
      const bool bad = sample.kind == audit::Sample::Kind::kVulnerable;
      ++(bad ? vulnerable : fixed);
      if (bad) EXPECT_TRUE(names.contains(sample.defect)) << def->id << ": " << sample.defect;
    }
    EXPECT_GE(vulnerable, 1) << def->id;
    EXPECT_GE(fixed, 1) << def->id;
  }
}

TEST(AuditSamples, EveryDefectIsASampleOfItsCheck) {
  std::map<std::string_view, std::string_view> check_of;
  for (const audit::CheckDef* def : audit::all_checks()) {
    for (const audit::Sample& sample : def->samples) check_of[sample.defect] = def->id;
  }
  for (const lab::Defect& defect : lab::all_defects()) {
    EXPECT_EQ(check_of[defect.name], defect.check) << defect.name;
  }
}

TEST(AuditSamples, EveryCheckFindsItsSamples) {
  for (const audit::CheckDef* def : audit::all_checks()) {
    for (const audit::Sample& sample : def->samples) {
      if (sample.kind != audit::Sample::Kind::kVulnerable) continue;
      LabSite site({std::string(sample.defect)}, 1);
      const report::Report report = site.audit({std::string(def->id)});
      const report::CheckRow* row = find_row(report, def->id);
      ASSERT_NE(row, nullptr);
      EXPECT_EQ(row->status, Status::kFail) << def->id << " missed " << sample.defect << "\n"
                                            << describe(report);
      for (const report::Finding& finding : report.findings) {
        EXPECT_FALSE(finding.evidence.empty()) << finding.title;
        EXPECT_TRUE(finding.reproduce.starts_with("curl ")) << finding.reproduce;
        EXPECT_FALSE(finding.fix.empty());
        EXPECT_EQ(finding.fingerprint.size(), 64U);
      }
    }
  }
}

TEST(AuditSamples, ReportsHoldNoToken) {
  LabSite site({"auth_missing_history", "conversation_read_unowned"}, 3);
  const report::Report report = site.audit({"authn.missing", "owner.read", "authn.alg_none"});
  ASSERT_FALSE(report.findings.empty());
  for (const report::Finding& finding : report.findings) {
    EXPECT_EQ(finding.reproduce.find("eyJ"), std::string::npos) << finding.reproduce;
    for (const report::Evidence& evidence : finding.evidence) {
      const std::string all = evidence.request + evidence.response;
      const std::size_t at = all.find("eyJ");
      const bool whole = at != std::string::npos && all.find('.', at) != std::string::npos &&
                         all.find('.', at) < at + 400 && all[at + 4] != '\xe2';
      EXPECT_FALSE(whole) << all;
    }
  }
}

TEST(AuditSamples, WithoutAContractTheStrangersViewIsPrinted) {
  LabSite site({"git_exposed", "headers_missing", "cors_reflects_origin"}, 1);
  const report::Report with = site.audit({"surface.well_known"});
  audit::AuditOptions options;
  options.target = *text::parse_url(with.target);
  const auto report = audit::run_audit(options, audit::all_checks(), nullptr);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->verdict, report::Verdict::kNotReady);
  const auto failed = failed_controls(*report);
  EXPECT_TRUE(failed.contains("SURFACE")) << describe(*report);
  EXPECT_TRUE(failed.contains("CORS")) << describe(*report);
}

TEST(AuditSamples, ObserveChangesNothingAndSaysSo) {
  LabSite site({}, 2);
  audit::AuditOptions options;
  const report::Report seen = site.audit({"health.missing"});
  options.target = *text::parse_url(seen.target);
  const auto report = audit::run_audit(options, audit::all_checks(), nullptr);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(find_row(*report, "owner.write")->status, Status::kNotApplicable);
}

/// How many seeds the lab without defects is tried with.
std::uint64_t seeds() {
  const char* text = std::getenv("LR_SEEDS");
  const std::uint64_t value = text == nullptr ? 20 : std::strtoull(text, nullptr, 10);
  return value == 0 ? 1 : value;
}

/// One test for each defect, so that the matrix can be run in parts side by side.
class LabMatrix : public ::testing::TestWithParam<lab::Defect> {};

TEST_P(LabMatrix, AloneFailsItsControlAndNoOther) {
  const lab::Defect& defect = GetParam();
  LabSite site({std::string(defect.name)}, 1);
  const report::Report report = site.audit();
  EXPECT_EQ(failed_controls(report), std::set<std::string>{std::string(defect.control)})
      << describe(report);
  const report::CheckRow* row = find_row(report, defect.check);
  ASSERT_NE(row, nullptr) << defect.check;
  EXPECT_EQ(row->status, Status::kFail) << describe(report);
}

INSTANTIATE_TEST_SUITE_P(Defects, LabMatrix, ::testing::ValuesIn(lab::all_defects()),
                         [](const auto& info) { return std::string(info.param.name); });

class LabSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LabSeeds, WithoutDefectsTheLabIsReady) {
  LabSite site({}, GetParam());
  const report::Report report = site.audit();
  expect_ready(report);
  EXPECT_LE(report.requests, 6000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LabSeeds, ::testing::Range<std::uint64_t>(1, seeds() + 1));

}  // namespace
}  // namespace lr
