// Which environment a guard serves, and what it says when it cannot tell.
#include "guard/snapshot.h"

#include <gmock/gmock.h>

#include "guard/testing/guard_fixture.h"

namespace lr::guard::testing {
namespace {

using ::testing::HasSubstr;

class SnapshotTest : public GuardTest {
 protected:
  SnapshotTest() {
    std::string text = basic_contract();
    const std::string line = "environments:\n";
    text.insert(text.find(line) + line.size(), "  spare: { upstream: \"http://127.0.0.1:1\" }\n");
    write_file("contract.yaml", text);
  }
  std::string refusal() const {
    const auto snapshot = load_snapshot(options_);
    return snapshot ? "" : snapshot.error().detail();
  }
};

TEST_F(SnapshotTest, AnUnknownEnvironmentNamesTheKnownOnes) {
  options_.environment = "prod";
  EXPECT_THAT(refusal(), HasSubstr("there is no environment \"prod\"; choose one of spare, test"));
  options_.environment = "";
  EXPECT_THAT(refusal(), HasSubstr("several environments; choose one with --env: spare, test"));
}

TEST_F(SnapshotTest, TheChosenEnvironmentIsServed) {
  options_.environment = "spare";
  const auto snapshot = load_snapshot(options_);
  ASSERT_TRUE(snapshot.has_value()) << snapshot.error().detail();
  EXPECT_EQ((*snapshot)->upstream.origin(), "http://127.0.0.1:1");
}

}  // namespace
}  // namespace lr::guard::testing
