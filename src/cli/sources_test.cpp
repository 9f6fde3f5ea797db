#include "cli/sources.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/console.h"

namespace lr::cli {
namespace {

namespace fs = std::filesystem;

TEST(ParseTime, DatesAndTimes) {
  EXPECT_EQ(format_rfc3339(parse_time("2026-11-22").value()), "2026-11-22T00:00:00.000000Z");
  EXPECT_EQ(format_rfc3339(parse_time("2026-11-22T10:42Z").value()), "2026-11-22T10:42:00.000000Z");
  EXPECT_EQ(format_rfc3339(parse_time("2026-11-22T10:42:07.25Z").value()),
            "2026-11-22T10:42:07.250000Z");
}

TEST(ParseTime, RefusesWhatIsNoUtcTime) {
  for (const char* bad :
       {"", "2026", "2026-13-01", "2026-02-30", "2026-11-22T", "2026-11-22T10", "2026-11-22T24:00Z",
        "2026-11-22T10:60Z", "2026-11-22T10:42", "2026-11-22T10:42+01:00", "2026-11-22T10:42:60Z",
        "2026-11-22T10:42:07.Z", "2026-11-22T10:42:07.1234567Z", "-026-11-22", "2026-11-22T1:2Z"}) {
    EXPECT_FALSE(parse_time(bad)) << bad;
  }
}

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "lr-cli-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  void TearDown() override { fs::remove_all(path_); }
  fs::path path_;
};

TEST_F(Folder, FilesAreWrittenWholeOrNotAtAll) {
  const OutputFile first[] = {{"a.txt", "one"}, {"b.txt", "two"}};
  const std::string folder = (path_ / "new/deep").string();
  ASSERT_TRUE(write_files(folder, first));
  EXPECT_EQ(read_input(folder + "/a.txt", 100).value(), "one");

  // "blocked" is a folder, so the second rename must fail, and nothing temporary may stay.
  fs::create_directories(fs::path(folder) / "blocked" / "full");
  const OutputFile second[] = {{"a.txt", "three"}, {"blocked", "four"}};
  const auto failed = write_files(folder, second);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().detail().find("blocked"), std::string::npos);
  for (const auto& entry : fs::directory_iterator(folder)) {
    EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
  }
}

TEST_F(Folder, AFileInTheWayIsAUsageError) {
  std::ofstream(path_ / "file") << "x";
  const auto refused = prepare_folder((path_ / "file" / "reports").string());
  ASSERT_FALSE(refused);
  EXPECT_EQ(exit_code(refused.error().code()), 2);
  EXPECT_NE(refused.error().detail().find("choose another place"), std::string::npos);
}

TEST_F(Folder, InputIsBounded) {
  std::ofstream(path_ / "big") << std::string(101, 'x');
  EXPECT_TRUE(read_input((path_ / "big").string(), 101));
  EXPECT_EQ(read_input((path_ / "big").string(), 100).error().code(), Code::kPayloadTooLarge);
  EXPECT_EQ(read_input((path_ / "none").string(), 100).error().code(), Code::kNotFound);
}

TEST_F(Folder, SecretsComeByReferenceOnly) {
  EXPECT_TRUE(open_secret("", "--key")->empty());
  const auto refused = open_secret("hunter2", "--key");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail().find("hunter2"), std::string::npos) << "never echoed";
  std::ofstream(path_ / "key") << "abc";
  const auto read = open_secret("file:" + (path_ / "key").string(), "--key");
  ASSERT_TRUE(read) << read.error().detail();
  EXPECT_EQ(read->expose(), "abc");
}

contract::Contract with_environments(std::initializer_list<const char*> names) {
  contract::Contract out;
  out.file = "launchready.yaml";
  for (const char* name : names) out.environments.push_back({name, {}, {}, {}});
  return out;
}

TEST(Environment, ProductionOrTheOnlyOneByDefault) {
  EXPECT_EQ((*choose_environment(with_environments({"staging"}), ""))->name, "staging");
  const auto both = with_environments({"staging", "production"});
  EXPECT_EQ((*choose_environment(both, ""))->name, "production");
  EXPECT_EQ((*choose_environment(both, "staging"))->name, "staging");
}

TEST(Environment, MistakesNameTheChoices) {
  const auto both = with_environments({"staging", "preview"});
  EXPECT_NE(choose_environment(both, "").error().detail().find("staging, preview"),
            std::string::npos);
  EXPECT_NE(choose_environment(both, "stagin").error().detail().find("did you mean staging?"),
            std::string::npos);
  EXPECT_FALSE(choose_environment(with_environments({}), ""));
}

}  // namespace
}  // namespace lr::cli
