#include "audit/audit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "audit/testing/product.h"
#include "contract/load.h"

namespace lr::audit {
namespace {

using report::Report;
using report::Status;
using testing::Manners;
using testing::Product;

class AuditTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lr-audit-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Report audit(const Product& product, std::vector<std::string> only = {},
               contract::Profile profile = contract::Profile::kSafe) {
    const contract::Contract contract = product.contract(folder_);
    AuditOptions options;
    options.contract = &contract;
    options.target = product.url();
    options.only = std::move(only);
    options.profile = profile;
    auto report = run_audit(options, all_checks(), nullptr);
    if (!report) throw std::runtime_error(report.error().detail());
    return std::move(*report);
  }

  static const report::CheckRow& row(const Report& report, std::string_view id) {
    for (const report::CheckRow& row : report.checks) {
      if (row.id == id) return row;
    }
    throw std::runtime_error("no such check");
  }

  static std::string text_of(const Report& report) {
    std::string out;
    for (const auto& finding : report.findings) {
      out += finding.check + ": " + finding.title + " " + finding.location.url + "\n";
    }
    for (const auto& open : report.inconclusive)
      out += "? " + open.check + ": " + open.reason + "\n";
    return out;
  }

  std::string folder_;
};

constexpr std::string_view kAccessChecks[] = {
    "authn.missing",   "authn.malformed", "authn.expired",  "authn.alg_none", "authn.signature",
    "authn.wrong_key", "authn.issuer",    "authn.audience", "authn.tenant",   "authn.hs_confusion",
    "owner.read",      "owner.write",     "owner.tenant"};

TEST_F(AuditTest, ACorrectProductHasNoFindings) {
  const Product product({});
  const Report report = audit(product);
  EXPECT_TRUE(report.findings.empty()) << text_of(report);
  EXPECT_TRUE(report.inconclusive.empty()) << text_of(report);
  EXPECT_EQ(report.verdict, report::Verdict::kReady);
  for (const std::string_view id : kAccessChecks) {
    EXPECT_EQ(row(report, id).status, Status::kPass) << id;
    EXPECT_GT(row(report, id).cells_proved, 0U) << id;
  }
}

TEST_F(AuditTest, RefusalsInDisguiseAreNoFindings) {
  Manners manners;
  manners.soft_refusals = true;
  manners.silent_writes = true;
  const Product product(manners);
  const Report report = audit(product, {"AUTHN", "owner.read", "owner.write", "owner.tenant"});
  EXPECT_TRUE(report.findings.empty()) << text_of(report);
}

TEST_F(AuditTest, ACatchAllPageIsNoOpenDoor) {
  Manners manners;
  manners.catch_all = true;
  const Product product(manners);
  const Report report = audit(product, {"SURFACE", "AUTHN"});
  EXPECT_TRUE(report.findings.empty()) << text_of(report);
}

TEST_F(AuditTest, TheMarkerProvesALeak) {
  Manners manners;
  manners.open_notes = true;
  const Product product(manners);
  const Report report = audit(product, {"OWNER"});
  EXPECT_EQ(row(report, "owner.read").status, Status::kFail);
  EXPECT_EQ(row(report, "owner.tenant").status, Status::kFail);
  EXPECT_EQ(row(report, "owner.write").status, Status::kPass) << text_of(report);
}

TEST_F(AuditTest, TheStateProvesAWriteThatWasDenied) {
  Manners manners;
  manners.deletes_foreign = true;
  const Product product(manners);
  const Report report = audit(product, {"owner.write", "owner.read"});
  EXPECT_EQ(row(report, "owner.write").status, Status::kFail)
      << "the answer was 404, but the note is gone";
  EXPECT_EQ(row(report, "owner.read").status, Status::kPass);
}

TEST_F(AuditTest, WhatItMadeIsTakenAwayAgain) {
  const Product product({});
  const Report report = audit(product);
  EXPECT_GT(report.requests, 100U);
  EXPECT_EQ(product.notes_left(), 0);
}

TEST_F(AuditTest, AnInterruptedRunTakesAwayWhatItMade) {
  const Product product({});
  const contract::Contract contract = product.contract(folder_);
  std::atomic<bool> stop = false;
  AuditOptions options;
  options.contract = &contract;
  options.target = product.url();
  options.interrupted = &stop;
  int most = 0;
  const auto report = run_audit(options, all_checks(), [&](const Progress& progress) {
    most = std::max(most, product.notes_left());
    if (progress.requests > 120) stop = true;
  });
  ASSERT_TRUE(report.has_value());
  EXPECT_GT(most, 0) << "it had made something";
  EXPECT_EQ(product.notes_left(), 0);
  EXPECT_EQ(report->verdict, report::Verdict::kIncomplete);
}

TEST_F(AuditTest, ObserveWritesNothing) {
  const Product product({});
  const Report report = audit(product, {}, contract::Profile::kObserve);
  EXPECT_EQ(row(report, "owner.write").status, Status::kInconclusive);
  EXPECT_EQ(report.verdict, report::Verdict::kIncomplete);
}

TEST_F(AuditTest, DistressStopsTheRunAndNothingReadsAsProved) {
  Manners manners;
  manners.crashes = true;
  const Product product(manners);
  const Report report = audit(product);
  EXPECT_EQ(report.verdict, report::Verdict::kIncomplete) << text_of(report);
  EXPECT_LT(report.requests, 200U);
  EXPECT_NE(row(report, "authn.signature").status, Status::kPass);
}

TEST_F(AuditTest, ASpentBudgetLeavesTheRestInconclusive) {
  const Product product({});
  contract::Contract contract = product.contract(folder_);
  contract.audit.max_requests = 60;
  AuditOptions options;
  options.contract = &contract;
  options.target = product.url();
  const auto report = run_audit(options, all_checks(), nullptr);
  ASSERT_TRUE(report.has_value());
  EXPECT_LE(report->requests, 60U);
  EXPECT_EQ(report->verdict, report::Verdict::kIncomplete);
  EXPECT_EQ(row(*report, "surface.well_known").status, Status::kInconclusive);
}

TEST_F(AuditTest, WithoutTheTestKeyClaimAttacksAreInconclusive) {
  const Product product({});
  contract::Contract contract = product.contract(folder_);
  std::filesystem::remove(folder_ + "/key.json");
  AuditOptions options;
  options.contract = &contract;
  options.target = product.url();
  options.only = {"authn.expired"};
  const auto report = run_audit(options, all_checks(), nullptr);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(row(*report, "authn.expired").status, Status::kInconclusive);
}

TEST_F(AuditTest, NobodyThereIsAnErrorWithACure) {
  text::Url gone;
  {
    const Product product({});
    gone = product.url();
  }
  AuditOptions options;
  options.target = gone;
  const auto report = run_audit(options, all_checks(), nullptr);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), Code::kUnavailable);
  EXPECT_NE(report.error().detail().find("is the product running"), std::string::npos);
}

TEST_F(AuditTest, AnUnknownCheckIsAnError) {
  const Product product({});
  AuditOptions options;
  options.target = product.url();
  options.only = {"authn.mising"};
  const auto report = run_audit(options, all_checks(), nullptr);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), Code::kInvalidArgument);
}

TEST_F(AuditTest, WithoutAContractOnlyTheStrangersChecksRun) {
  const Product product({});
  AuditOptions options;
  options.target = product.url();
  std::set<std::string> told;
  const auto report = run_audit(options, all_checks(), [&told](const Progress& progress) {
    told.emplace(progress.check);
    EXPECT_LT(progress.checks_done, progress.checks_total);
    EXPECT_LT(progress.requests_per_second, 100'000);
  });
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(row(*report, "authn.missing").status, Status::kNotApplicable);
  EXPECT_EQ(row(*report, "surface.well_known").status, Status::kPass) << text_of(*report);
  EXPECT_TRUE(told.contains("surface.well_known"));
  EXPECT_FALSE(told.contains("authn.missing")) << "what does not apply is no progress";
}

TEST_F(AuditTest, ARoleThatNobodyLacksIsTriedWithoutIt) {
  const Product correct({});
  EXPECT_EQ(row(audit(correct, {"AUTHZ"}), "authz.role").status, Status::kPass);
  Manners manners;
  manners.ignores_roles = true;
  const Product product(manners);
  EXPECT_EQ(row(audit(product, {"AUTHZ"}), "authz.role").status, Status::kFail);
}

TEST_F(AuditTest, APromiseThatNobodyCouldBreakIsNotKept) {
  const Product product({});
  const contract::Contract contract = testing::alone(product.contract(folder_), folder_);
  AuditOptions options;
  options.contract = &contract;
  options.target = product.url();
  options.only = {"OWNER", "authz.role"};
  const auto report = run_audit(options, all_checks(), nullptr);
  ASSERT_TRUE(report.has_value());
  for (const char* id :
       {"owner.read", "owner.write", "owner.tenant", "owner.existence", "authz.role"}) {
    EXPECT_EQ(row(*report, id).status, Status::kInconclusive) << id;
    EXPECT_NE(row(*report, id).reason.find("audit.identities needs"), std::string::npos)
        << row(*report, id).reason;
  }
  EXPECT_EQ(report->verdict, report::Verdict::kIncomplete);
}

TEST_F(AuditTest, AnOwnerWhoIsLockedOutIsNoProofOfSafety) {
  Manners manners;
  manners.locks_out = true;
  const Product product(manners);
  const Report report = audit(product, {"owner.write"});
  EXPECT_EQ(row(report, "owner.write").status, Status::kInconclusive) << text_of(report);
}

TEST_F(AuditTest, AFolderThatAnswersEveryNameIsOneUnlistedRoute) {
  for (const std::string folder : {"/admin", "/internal", "/v1/"}) {
    Manners manners;
    manners.folder_page = folder;
    const Product product(manners);
    const Report report = audit(product, {"surface.unlisted"});
    for (const auto& finding : report.findings) {
      const std::string& url = finding.location.url;
      EXPECT_TRUE(url == folder || url == folder + "/") << folder << ": " << url;
    }
    EXPECT_EQ(report.findings.empty(), folder.ends_with('/')) << folder;
  }
}

Report stranger_audit(Manners manners) {
  const Product product(std::move(manners));
  AuditOptions options;
  options.target = product.url();
  auto report = run_audit(options, all_checks(), nullptr);
  if (!report) throw std::runtime_error(report.error().detail());
  return std::move(*report);
}

TEST_F(AuditTest, AStrangerWhoIsShownNothingHasProvedNothing) {
  Manners down;
  down.crashes = true;
  Manners moved;
  moved.redirects_to = "https://www.notes.example/";
  Manners circle;
  circle.redirects_to = "/again";
  const std::pair<Manners, std::string_view> cases[] = {{down, "server error (500)"},
                                                        {moved, "audit that address"},
                                                        {circle, "no redirect leads to a page"}};
  for (const auto& [manners, why] : cases) {
    const Report report = stranger_audit(manners);
    EXPECT_EQ(report.verdict, report::Verdict::kIncomplete) << why;
    EXPECT_NE(row(report, "surface.well_known").reason.find(why), std::string::npos)
        << row(report, "surface.well_known").reason;
  }
}

TEST_F(AuditTest, AStrangerLooksAtThePageThatTheRootLeadsTo) {
  Manners manners;
  manners.redirects_to = "/start";
  const Report report = stranger_audit(manners);
  EXPECT_EQ(row(report, "headers.html").status, Status::kFail) << text_of(report);
}

TEST(Checks, AreNamedAfterTheirControlAndTellWhatToDo) {
  std::set<std::string_view> ids;
  for (const CheckDef* def : all_checks()) {
    EXPECT_TRUE(ids.insert(def->id).second) << def->id;
    const std::string family(def->id.substr(0, def->id.find('.')));
    EXPECT_TRUE(text::equals_ignoring_case(family, report::control_id(def->control))) << def->id;
    EXPECT_FALSE(def->title.empty());
    EXPECT_TRUE(def->why.ends_with('.')) << def->id;
    EXPECT_TRUE(def->fix.ends_with('.')) << def->id;
    EXPECT_FALSE(def->references.empty()) << def->id;
    EXPECT_NE(def->run, nullptr);
  }
  EXPECT_GE(ids.size(), 50U);
}

}  // namespace
}  // namespace lr::audit
