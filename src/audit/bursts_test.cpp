// Which limits are tried where, and what a burst that is not refused may say.
#include "audit/bursts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "audit/audit.h"
#include "contract/load.h"
#include "probe/testing/target.h"

namespace lr::audit {
namespace {

using probe::testing::Target;
using probe::testing::TargetAnswer;
using probe::testing::TargetRequest;
using report::Report;
using report::Status;

constexpr std::string_view kShared = R"yaml(
limits:
  api: { per_ip: 5/min }
routes:
  - { path: /a, methods: [GET], access: public, limits: [api] }
  - { path: /b, methods: [GET], access: public, limits: [api] }
  - { path: /c, methods: [GET], access: public, limits: [api] }
)yaml";

constexpr std::string_view kBelow = R"yaml(
limits:
  files: { per_ip: 5/min }
routes:
  - { path: "/files/**", methods: [GET], access: public, limits: [files] }
)yaml";

/// Counts per path or for all together, and answers 429 over five.
struct Counter {
  std::set<std::string> unlimited{};
  bool together = false;
  bool nothing = false;  ///< What passes is answered 404.
  std::map<std::string, int> seen{};

  TargetAnswer operator()(const TargetRequest& request) {
    const bool below = request.path.starts_with("/files/");
    if (!below && request.path.size() != 2 && request.path != "/signup") {
      return {404, R"({"error":"nothing here"})", "application/json", {}};
    }
    if (!unlimited.contains(request.path) && ++seen[together ? "" : request.path] > 5) {
      return {429, "{}", "application/json", {}};
    }
    if (nothing) return {404, R"({"error":"nothing here"})", "application/json", {}};
    return {200, R"({"ok":true})", "application/json", {}};
  }
};

class BurstsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lr-bursts-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  contract::Contract load(std::string_view rest) const {
    const std::string path = folder_ + "/launchready.yaml";
    std::ofstream(path) << "version: 1\nproduct: { name: Bursts, owner: ops@bursts.example }\n"
                        << rest;
    auto loaded = contract::load_contract(path);
    if (!loaded) throw std::runtime_error(loaded.error().detail());
    return std::move(*loaded);
  }

  static Report audit(const contract::Contract& contract, Counter counter,
                      const std::string& check = "rate.burst") {
    return audit(contract, check,
                 [&counter](const TargetRequest& request) { return counter(request); });
  }
  static Report audit(const contract::Contract& contract, const std::string& check,
                      probe::testing::TargetHandler handler) {
    const Target target(std::move(handler));
    AuditOptions options;
    options.contract = &contract;
    options.target = target.url();
    options.only = {check};
    options.profile = contract::Profile::kSafe;
    auto report = run_audit(options, all_checks(), nullptr);
    if (!report) throw std::runtime_error(report.error().detail());
    return std::move(*report);
  }

  static const report::CheckRow& row(const Report& report, std::string_view id = "rate.burst") {
    for (const report::CheckRow& row : report.checks) {
      if (row.id == id) return row;
    }
    throw std::runtime_error("no such check");
  }

  std::string folder_;
};

TEST_F(BurstsTest, ASharedLimitIsTriedOnEveryRouteThatHasIt) {
  for (const bool together : {true, false}) {
    const Report report = audit(load(kShared), {.together = together});
    EXPECT_EQ(row(report).status, Status::kPass) << row(report).reason;
    EXPECT_EQ(row(report).cells_proved, 3U);
  }
}

TEST_F(BurstsTest, ALimitThatHoldsOnTheFirstRouteOnlyIsBroken) {
  const Report report = audit(load(kShared), {.unlimited = {"/b"}});
  EXPECT_EQ(row(report).status, Status::kFail);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].location.url, "/b");
}

TEST_F(BurstsTest, WhereTheRequestsDoNotReachIsNotProved) {
  contract::Contract contract = load(kShared);
  contract.audit.max_requests = 48;  // A quarter of it is one burst more.
  const Report report = audit(contract, {});
  EXPECT_EQ(row(report).status, Status::kInconclusive);
  EXPECT_EQ(row(report).cells_proved, 2U);
  ASSERT_EQ(report.inconclusive.size(), 1U);
  EXPECT_EQ(report.inconclusive[0].location.url, "/c");
  EXPECT_NE(report.inconclusive[0].reason.find("raise audit.max_requests"), std::string::npos);
}

TEST_F(BurstsTest, BelowTwoStarsAPathIsMadeUp) {
  const contract::Contract contract = load(kBelow);
  EXPECT_EQ(row(audit(contract, {})).status, Status::kPass);
  EXPECT_EQ(row(audit(contract, {.nothing = true})).status, Status::kPass) << "404 may count, too";
  Counter none{.unlimited = {"/files/launchready-probe"}};
  EXPECT_EQ(row(audit(contract, none)).status, Status::kFail);
  none.nothing = true;
  const Report report = audit(contract, none);
  EXPECT_EQ(row(report).status, Status::kInconclusive);
  EXPECT_NE(row(report).reason.find("add a route with a path that exists"), std::string::npos)
      << row(report).reason;
}

TEST_F(BurstsTest, WhatNobodyMayTryIsNotProved) {
  const contract::Contract contract = load(R"yaml(
limits:
  signup: { per_ip: 5/min }
routes:
  - { path: /signup, methods: [POST], access: public, limits: [signup] }
)yaml");
  for (const char* check : {"rate.burst", "rate.spoofed_address"}) {
    const Report report = audit(contract, {}, check);
    EXPECT_EQ(row(report, check).status, Status::kInconclusive) << check;
    EXPECT_NE(row(report, check).reason.find("a body schema"), std::string::npos)
        << row(report, check).reason;
  }
}

TEST_F(BurstsTest, ALimitPerAccountIsGuessedAtOnEveryRouteThatTakesOne) {
  std::ofstream(folder_ + "/login.json")
      << R"({"type":"object","required":["email"],"additionalProperties":false,)"
         R"("properties":{"email":{"type":"string","maxLength":100}}})";
  const contract::Contract contract = load(R"yaml(
limits:
  doors: { per_account: 5/min, account: /email }
routes:
  - { path: /login, methods: [POST], access: public, limits: [doors], body: { schema: login.json } }
  - { path: /reset, methods: [POST], access: public, limits: [doors], body: { schema: login.json } }
)yaml");
  for (const std::string forgotten : {"", "/reset"}) {
    std::map<std::string, int> guesses;
    const Report report = audit(contract, "rate.account", [&](const TargetRequest& request) {
      if (request.method != "POST") return TargetAnswer{404, "{}", "application/json", {}};
      const bool over = ++guesses[request.path + request.body] > 5 && request.path != forgotten;
      return TargetAnswer{over ? 429 : 401, "{}", "application/json", {}};
    });
    const report::CheckRow& found = row(report, "rate.account");
    EXPECT_EQ(found.status, forgotten.empty() ? Status::kPass : Status::kFail) << found.reason;
    EXPECT_EQ(found.cells_proved, 2U) << "one for each route";
    for (const auto& finding : report.findings) EXPECT_EQ(finding.location.url, "/reset");
  }
}

}  // namespace
}  // namespace lr::audit
