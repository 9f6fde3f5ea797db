#include "secrets/open_counts.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "secrets/catalogue_impl.h"
#include "secrets/rule_file.h"
#include "secrets/samples.h"

namespace lr::secrets {
namespace {

namespace fs = std::filesystem;

std::string opened(std::string_view pattern) {
  std::string text;
  for (const OpenCounts& open : open_counts(pattern)) {
    text += (text.empty() ? "" : " ") + open.pattern + " " + std::to_string(open.longest);
  }
  return text;
}

/// What else a match has leaves less for the bytes that are counted.
TEST(OpenCounts, OfSingleBytes) {
  EXPECT_EQ(opened(R"(key_[0-9a-f]{8,200})"), R"(key_[0-9a-f]{8,} 204)");
  EXPECT_EQ(opened(R"(\s{0,40}x{1,99}?.{40,120})"),
            R"(\s*x+?.{40,} 81 \s{0,40}x+?.{40,} 121 \s{0,40}x+?.{40,120} 139)");
  EXPECT_EQ(opened(R"([^]\]{1,20}[:alpha:]]{3,80}\x{7f}\x7f{0,80})"),
            R"([^]\]{1,20}[:alpha:]]{3,}\x{7f}\x7f* 81 [^]\]{1,20}[:alpha:]]{3,80}\x{7f}\x7f* 84)");
}

TEST(OpenCounts, NotOfOthers) {
  for (const char* pattern :
       {"abc", "a{2,15}", "a{20}", "a{3,}", "(?:ab){0,40}", "(a?){1,30}", R"(\{1,20})", "[{1,20}]",
        R"(\Qa{1,20}\E)", R"(\pL{1,20})", "a{1,20", "a{1,2}{1,20}", "{1,20}"}) {
    EXPECT_EQ(opened(pattern), "") << pattern;
  }
}

using Groups = std::array<re2::StringPiece, 8>;

/// A pattern and its open ones.
struct Compared {
  explicit Compared(const std::string& pattern) : whole(pattern, pattern_options()) {
    for (const OpenCounts& one : open_counts(pattern)) {
      open.emplace_back(one.longest, std::make_unique<RE2>(one.pattern, pattern_options()));
      EXPECT_TRUE(open.back().second->ok()) << pattern;
    }
  }

  /// Of every match in the text; how many were compared.
  std::size_t compare(const std::string& text) const {
    const int count = std::min(whole.NumberOfCapturingGroups() + 1, 8);
    std::size_t compared = 0;
    Groups groups;
    std::size_t at = 0;
    while (whole.Match(text, at, text.size(), RE2::UNANCHORED, groups.data(), count)) {
      at = static_cast<std::size_t>(groups[0].data() - text.data());
      const std::size_t end = at + groups[0].size();
      for (const auto& [longest, other] : open) {
        if (groups[0].size() > longest) continue;
        Groups same;
        EXPECT_TRUE(other->Match(text, at, end, RE2::ANCHOR_BOTH, same.data(), count));
        EXPECT_TRUE(std::ranges::equal(groups, same, [](const auto& a, const auto& b) {
          return a.data() == b.data() && a.size() == b.size();
        })) << whole.pattern();
        ++compared;
      }
      at = std::max(end, at + 1);
    }
    return compared;
  }

  RE2 whole;
  std::vector<std::pair<std::uint32_t, std::unique_ptr<RE2>>> open;
};

TEST(OpenCounts, GroupsOfAllSamplesAreTheSame) {
  std::size_t compared = 0;
  for (const auto& file : fs::directory_iterator(LR_SOURCE_DIR "/src/secrets/rules")) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const auto rules = parse_rule_file(text, file.path().filename().string());
    ASSERT_TRUE(rules) << file.path();
    for (const Rule& rule : *rules) {
      const Compared patterns(rule.pattern);
      for (std::size_t i = 0; i < 8 * rule.positive.size() && !patterns.open.empty(); ++i) {
        const auto made = expand_sample(rule.positive[i / 8], rule.id, i);
        compared += patterns.compare(made->text);
      }
    }
  }
  EXPECT_GT(compared, 1'000U);
}

}  // namespace
}  // namespace lr::secrets
