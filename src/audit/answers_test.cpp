// What checks may and may not read from an answer: samples that the lab has no defect for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "audit/audit.h"
#include "audit/testing/product.h"
#include "net/tls.h"

namespace lr::audit {
namespace {

using report::Report;
using report::Status;
using testing::Manners;
using testing::Product;

class AnswersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "lr-answers-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Report audit(const Product& product, const contract::Contract& contract,
                      std::vector<std::string> only) {
    AuditOptions options;
    options.contract = &contract;
    options.target = product.url();
    options.only = std::move(only);
    options.profile = contract::Profile::kSafe;
    auto report = run_audit(options, all_checks(), nullptr);
    if (!report) throw std::runtime_error(report.error().detail());
    return std::move(*report);
  }
  Report audit(const Product& product, std::vector<std::string> only) const {
    return audit(product, product.contract(folder_), std::move(only));
  }

  static const report::CheckRow& row(const Report& report, std::string_view id) {
    const auto found = std::ranges::find(report.checks, id, &report::CheckRow::id);
    if (found == report.checks.end()) throw std::runtime_error("no such check");
    return *found;
  }

  std::string folder_;
};

/// Mentions of the route in the findings of one check.
bool blames(const Report& report, std::string_view check, const std::string& place) {
  return std::ranges::any_of(report.findings, [&](const report::Finding& finding) {
    const std::string at = finding.location.method + " " + finding.location.url;
    return finding.check == check && (at == place || finding.why.find(place) != std::string::npos);
  });
}

TEST_F(AnswersTest, AnEmptySuccessIsNoBreachWhenNothingHappened) {
  Manners manners;
  manners.silent_doors = true;
  const Product product(manners);
  const Report report = audit(product, {"AUTHN", "authz.role"});
  EXPECT_TRUE(report.findings.empty()) << report.findings[0].title;
  for (const char* id : {"authn.missing", "authn.signature", "authz.role"}) {
    EXPECT_EQ(row(report, id).status, Status::kPass) << id << ": " << row(report, id).reason;
  }
}

TEST_F(AnswersTest, AnEmptySuccessIsABreachWhenTheObjectIsGone) {
  Manners manners;
  manners.trusts_forged = true;
  const Product product(manners);
  const Report report = audit(product, {"authn.signature", "authn.wrong_key"});
  for (const char* id : {"authn.signature", "authn.wrong_key"}) {
    EXPECT_EQ(row(report, id).status, Status::kFail) << id << ": " << row(report, id).reason;
    EXPECT_TRUE(blames(report, id, "DELETE /notes/{note}")) << id;
    EXPECT_FALSE(blames(report, id, "GET /profile")) << id;
  }
  const auto& evidence = report.findings.at(0).evidence;
  EXPECT_TRUE(std::ranges::any_of(evidence, [](const report::Evidence& part) {
    return part.what == "the owner reads it afterwards: it is gone";
  }));
}

TEST_F(AnswersTest, APublicKeyThatCannotBeHadWasNotTriedAsASecret) {
  const Product product({});
  contract::Contract contract = product.contract(folder_);
  EXPECT_EQ(row(audit(product, contract, {"authn.hs_confusion"}), "authn.hs_confusion").status,
            Status::kPass);
  contract.issuers[0].keys =
      contract::JwksUrl{*text::parse_url("https://id.notes.example/jwks.json")};
  std::filesystem::remove(folder_ + "/key.json");
  const Report report = audit(product, contract, {"authn.hs_confusion"});
  EXPECT_EQ(row(report, "authn.hs_confusion").status, Status::kInconclusive);
  EXPECT_TRUE(std::ranges::any_of(report.inconclusive, [](const report::Inconclusive& open) {
    return open.reason.find("or jwks as a file") != std::string::npos;
  }));
}

TEST_F(AnswersTest, RoutesWithLimitsAreLookedAtToo) {
  for (const bool bare : {false, true}) {
    Manners manners;
    manners.bare_profile = bare;
    const Product product(manners);
    contract::Contract contract = product.contract(folder_);
    contract::LimitRule rule;
    rule.rate = {1000, seconds(60), 0};
    contract.limits.push_back({"api", {rule}, "", {}});
    for (contract::Route& route : contract.routes) route.limits = {0};
    const Report report = audit(product, contract, {"headers.security"});
    EXPECT_EQ(row(report, "headers.security").status, bare ? Status::kFail : Status::kPass);
    EXPECT_EQ(blames(report, "headers.security", "GET /profile"), bare);
  }
}

TEST_F(AnswersTest, AFrameIsATraceAndProseIsNone) {
  const std::pair<const char*, Status> cases[] = {
      {R"(wrong\n    at handler (app.js:10:5))", Status::kFail},
      {R"(wrong\n    at /srv/app.js:10:5)", Status::kFail},
      {R"(wrong\n\tat com.notes.Notes.read(Notes.java:12))", Status::kFail},
      {R"(wrong\n    at Notes.Read in /src/Notes.cs)", Status::kFail},
      {R"(nothing is here\n    at the moment, please come back)", Status::kPass},
      {R"(nothing is here\n    at this address: ask us)", Status::kPass}};
  for (const auto& [complaint, status] : cases) {
    Manners manners;
    manners.complaint = complaint;
    const Product product(manners);
    EXPECT_EQ(row(audit(product, {"errors.stack_trace"}), "errors.stack_trace").status, status)
        << complaint;
  }
}

contract::Contract limited(contract::Contract contract, std::uint32_t per_user) {
  const contract::LimitRule user{contract::LimitKey::kUser, {per_user, seconds(60), 0}, false};
  contract.limits = {{"mine", {user}, "", {}}};
  contract.routes[0].limits = {0};
  contract.routes[1].limits = {0};
  return contract;
}

TEST_F(AnswersTest, WhoIsOverALimitIsOverItOnEveryRoute) {
  Manners manners;
  manners.user_limit = 30;
  const Product product(manners);
  const Report report = audit(product, limited(product.contract(folder_), 30), {"rate.burst"});
  EXPECT_EQ(row(report, "rate.burst").status, Status::kPass) << row(report, "rate.burst").reason;
  EXPECT_EQ(row(report, "rate.burst").cells_proved, 2U);
  EXPECT_LT(report.requests, 60U) << "the second route takes no burst of its own";
}

TEST_F(AnswersTest, ARefusalOfEverybodyIsNoLimitPerUser) {
  Manners manners;
  manners.address_limit = 8;
  const Product product(manners);
  contract::Contract contract = limited(product.contract(folder_), 30);
  contract.routes[1].limits.clear();
  const Report report = audit(product, contract, {"rate.burst"});
  EXPECT_EQ(row(report, "rate.burst").status, Status::kInconclusive);
  EXPECT_NE(row(report, "rate.burst").reason.find("the limit per address answers first"),
            std::string::npos)
      << row(report, "rate.burst").reason;
}

TEST_F(AnswersTest, OnePersonCannotReachALimitBehindTheirOwn) {
  const Product product({});
  for (const bool minting : {false, true}) {
    contract::Contract contract = product.contract(folder_);
    if (!minting) contract = testing::alone(std::move(contract), folder_);
    const contract::LimitRule user{contract::LimitKey::kUser, {3, seconds(60), 0}, false};
    const contract::LimitRule address{contract::LimitKey::kIp, {8, seconds(60), 0}, false};
    contract.limits = {{"mine", {user}, "", {}}, {"ours", {address}, "", {}}};
    contract.routes[0].limits = {0, 1};
    const Report report = audit(product, contract, {"rate.burst"});
    const bool told = std::ranges::any_of(report.inconclusive, [](const auto& open) {
      return open.reason.find("the limit per person answers first") != std::string::npos;
    });
    EXPECT_EQ(told, !minting) << row(report, "rate.burst").reason;
  }
}

Report stranger_audit(const text::Url& target, std::vector<std::string> only) {
  AuditOptions options;
  options.target = target;
  options.only = std::move(only);
  auto report = run_audit(options, all_checks(), nullptr);
  if (!report) throw std::runtime_error(report.error().detail());
  return std::move(*report);
}

TEST_F(AnswersTest, WhoMayFrameAPage) {
  struct Case {
    const char* ancestors;
    const char* option;
    Status status;
  };
  constexpr Case kCases[] = {{"", "", Status::kFail},
                             {"", "DENY", Status::kPass},
                             {"", " sameorigin ", Status::kPass},
                             {"", "ALLOWALL", Status::kFail},
                             {"; frame-ancestors *", "DENY", Status::kFail},
                             {"; frame-ancestors 'self' * ; img-src *", "", Status::kFail},
                             {"; frame-ancestors 'none'", "", Status::kPass},
                             {"; frame-ancestors 'self'; img-src * ", "", Status::kPass},
                             {"; frame-ancestors https://*.notes.example", "", Status::kPass}};
  for (const Case& sample : kCases) {
    Manners manners;
    manners.redirects_to = "/start";
    manners.page_headers.set("Content-Security-Policy",
                             std::string("default-src 'self'") + sample.ancestors);
    if (*sample.option != '\0') manners.page_headers.set("X-Frame-Options", sample.option);
    const Product product(manners);
    const Report report = stranger_audit(product.url(), {"headers.html"});
    EXPECT_EQ(row(report, "headers.html").status, sample.status)
        << sample.ancestors << " and " << sample.option;
  }
}

TEST_F(AnswersTest, ACertificateThatNobodyTrustsIsToldWithItsCure) {
  const net::SelfSigned made = net::make_self_signed("localhost").value();
  auto tls = net::TlsServerContext::from_pem(made.certificate, made.key);
  ASSERT_TRUE(tls.has_value());
  const probe::testing::Target target(
      [](const probe::testing::TargetRequest&) { return probe::testing::TargetAnswer{}; }, *tls);
  AuditOptions options;
  options.target = target.url();
  const auto report = run_audit(options, all_checks(), nullptr);
  ASSERT_FALSE(report.has_value());
  EXPECT_NE(report.error().detail().find("trust its authority with --ca FILE"), std::string::npos)
      << report.error().detail();
}

}  // namespace
}  // namespace lr::audit
