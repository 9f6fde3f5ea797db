#include "cli/secrets_control.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/rng.h"
#include "report/render.h"

namespace lr::cli {
namespace {

namespace fs = std::filesystem;
using report::Status;
using ::testing::HasSubstr;
using ::testing::Not;

class SecretsControl : public ::testing::Test {
 protected:
  SecretsControl() : folder_(fs::temp_directory_path() / ("lr-control-" + SystemRng().hex(6))) {
    fs::create_directories(folder_ / "code");
    std::ofstream(folder_ / "code/main.py") << "print('hello')\n";
    // Nothing listens there: the front end is left out.
    options_.target = text::parse_url("http://127.0.0.1:1/").value();
    contract_.file = folder_ / "launchready.yaml";
    contract_.secrets.scan = {folder_ / "code"};
    options_.contract = &contract_;
  }
  ~SecretsControl() override { fs::remove_all(folder_); }

  report::Report run() const {
    report::Report out;
    secrets_control(options_).contribute(out);
    report::conclude(out);
    return out;
  }
  const report::ControlRow& row(const report::Report& report) const {
    return report.controls[static_cast<std::size_t>(report::Control::kSecrets)];
  }

  fs::path folder_;
  contract::Contract contract_;
  audit::AuditOptions options_;
};

TEST_F(SecretsControl, PassesOverCleanFolders) {
  const report::Report report = run();
  EXPECT_EQ(row(report).status, Status::kPass) << row(report).reason;
  ASSERT_EQ(report.checks.size(), 1u);
  EXPECT_THAT(report.checks[0].title, HasSubstr("code"));
}

TEST_F(SecretsControl, FailsWhenASecretOfTheContractStandsThere) {
  const std::string value = "kX7" + SystemRng().hex(12);
  setenv("LR_TEST_CONTROL_KEY", value.c_str(), 1);
  contract::ProductSecret secret;
  secret.name = "app_key";
  secret.value.name = "LR_TEST_CONTROL_KEY";
  secret.owner = "ops@acme.example";
  contract_.secrets.values.push_back(secret);
  std::ofstream(folder_ / "code/config.py") << "KEY = '" << value << "'\n";
  const report::Report report = run();
  EXPECT_EQ(row(report).status, Status::kFail);
  EXPECT_EQ(report.verdict, report::Verdict::kNotReady);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].severity, report::Severity::kCritical);
  EXPECT_THAT(report.findings[0].title, HasSubstr("config.py:1"));
  EXPECT_THAT(report.findings[0].fix, HasSubstr("ops@acme.example"));
  for (const std::string& text : {render_json(report), render_html(report), render_sarif(report),
                                  render_junit(report), render_markdown(report)}) {
    EXPECT_THAT(text, Not(HasSubstr(value)));
  }
}

TEST_F(SecretsControl, AFolderThatCannotBeReadIsNoPass) {
  contract_.secrets.scan.push_back(folder_ / "nowhere");
  const report::Report report = run();
  EXPECT_EQ(row(report).status, Status::kInconclusive);
  EXPECT_THAT(row(report).reason, HasSubstr("nowhere"));
}

TEST_F(SecretsControl, DoesNotApplyWithoutAnythingToSearch) {
  contract_.secrets.scan.clear();
  const report::Report report = run();
  EXPECT_EQ(row(report).status, Status::kNotApplicable);
  EXPECT_THAT(row(report).reason, HasSubstr("nothing to search"));
}

}  // namespace
}  // namespace lr::cli
