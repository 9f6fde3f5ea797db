#include "cli/help_text.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "cli/version.h"
#include "report/testing/golden.h"

namespace lr::cli {
namespace {

using report::testing::golden_difference;

TEST(Help, OverviewAndEveryVerbAreAsReviewed) {
  EXPECT_EQ(golden_difference("cli/help.txt", overview_text(all_verbs())), "");
  for (const VerbDef* verb : all_verbs()) {
    EXPECT_EQ(golden_difference("cli/help_" + std::string(verb->name) + ".txt", verb_text(*verb)),
              "");
  }
}

TEST(Help, EveryVerbIsComplete) {
  for (const VerbDef* verb : all_verbs()) {
    SCOPED_TRACE(verb->name);
    EXPECT_FALSE(verb->summary.empty());
    EXPECT_FALSE(verb->description.empty());
    EXPECT_FALSE(verb->examples.empty()) << "every verb shows how it is used";
    EXPECT_NE(verb->run, nullptr);
    std::set<std::string_view> seen;
    for (const FlagDef& flag : verb->flags) {
      EXPECT_TRUE(flag.name.starts_with("--")) << flag.name;
      EXPECT_FALSE(flag.text.empty()) << flag.name;
      EXPECT_TRUE(seen.insert(flag.name).second) << flag.name;
    }
    for (const Example& example : verb->examples) {
      EXPECT_NE(example.command.find("launchready"), std::string_view::npos);
    }
  }
}

TEST(Help, FitsAScreen) {
  for (const VerbDef* verb : all_verbs()) {
    const std::string text = verb_text(*verb);
    std::size_t start = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         start = end + 1, end = text.find('\n', start)) {
      EXPECT_LE(end - start, 100U) << text.substr(start, end - start);
    }
  }
}

TEST(ManPage, EveryVerbAndFlagAndNoStrayRequest) {
  const std::string page = man_page(all_verbs());
  for (const VerbDef* verb : all_verbs()) {
    EXPECT_NE(page.find(".SS " + std::string(verb->name)), std::string::npos) << verb->name;
  }
  const std::set<std::string> known = {".TH", ".SH", ".SS", ".TP", ".PP",
                                       ".RS", ".nf", ".fi", ".RE"};
  std::size_t start = 0;
  for (std::size_t end = page.find('\n'); end != std::string::npos;
       start = end + 1, end = page.find('\n', start)) {
    if (page[start] == '.') {
      EXPECT_TRUE(known.contains(page.substr(start, 3))) << page.substr(start, end - start);
    }
  }
}

TEST(ReferencePage, NamesEveryVerbFlagCodeAndCheck) {
  const std::string page = reference_page(all_verbs(), known_checks());
  for (const VerbDef* verb : all_verbs()) {
    EXPECT_NE(page.find("## launchready " + std::string(verb->name)), std::string::npos);
    for (const FlagDef& flag : verb->flags) {
      EXPECT_NE(page.find(flag.name), std::string::npos) << flag.name;
    }
  }
  EXPECT_NE(page.find("`resource_exhausted`"), std::string::npos);
  EXPECT_GT(known_checks().size(), 200U);
  for (const KnownCheck& check : known_checks()) {
    EXPECT_NE(page.find(check.id), std::string::npos) << check.id;
  }
}

TEST(Version, FollowsTheBuild) {
  std::ifstream file(std::string(LR_SOURCE_DIR) + "/CMakeLists.txt");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(text.find("project(launchready VERSION " + std::string(kVersion) + " "),
            std::string::npos);
}

}  // namespace
}  // namespace lr::cli
