// The two first stages find the same secrets.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "secrets/literal_finder.h"
#include "secrets/rule_file.h"
#include "secrets/samples.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

namespace fs = std::filesystem;

class Lister final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    all.push_back(candidate.rule->id + " " + std::string(candidate.secret) + " " +
                  std::to_string(candidate.place.offset));
  }
  std::vector<std::string> all;
};

std::vector<std::string> found_in(const Catalogue& catalogue, const std::string& text,
                                  std::optional<Range> changed) {
  Lister lister;
  Scanner scanner(catalogue, lister, {.least = Confidence::kLow});
  Document document;
  document.path = "notes.txt";
  document.bytes = text;
  if (changed) {
    scanner.visit_changed(document, std::span(&*changed, 1));
  } else {
    scanner.visit(document);
  }
  return lister.all;
}

/// Of all rules of a file, one behind the other.
std::string samples_of(const std::string& rule_file, const std::string& name) {
  std::string text;
  const auto rules = parse_rule_file(rule_file, name);
  if (!rules) return text;
  for (const Rule& rule : *rules) {
    for (const auto* samples : {&rule.positive, &rule.negative}) {
      for (const std::string& sample : *samples) {
        const auto made = expand_sample(sample, rule.id, 0);
        if (made) text.append(made->text).append("\n\n");
      }
    }
  }
  return text;
}

TEST(FirstStage, BothFindTheSameInTheSamplesOfAllRules) {
  if (!LiteralFinder::is_supported()) fmt::print("one compared with itself: no AVX-512 VBMI2\n");
  const auto fastest = Catalogue::built_in();
  const auto vectorscan = Catalogue::built_in(FirstStage::kVectorscan);
  ASSERT_TRUE(fastest && vectorscan);
  std::size_t found = 0;
  for (const auto& file : fs::directory_iterator(LR_SOURCE_DIR "/src/secrets/rules")) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string rules(std::istreambuf_iterator<char>(in), {});
    const std::string text = rules + samples_of(rules, file.path().filename().string());
    const auto once = found_in(**fastest, text, std::nullopt);
    EXPECT_EQ(once, found_in(**vectorscan, text, std::nullopt)) << file.path();
    const Range half{text.size() / 3, 2 * text.size() / 3};
    EXPECT_EQ(found_in(**fastest, text, half), found_in(**vectorscan, text, half)) << file.path();
    found += once.size();
  }
  EXPECT_GT(found, 1'500U);
}

/// As imported rules may have them.
TEST(FirstStage, KeywordsOfAnyLengthAreLookedFor) {
  for (const char* keyword : {"z", "zq", "zqx", "zqxj", "zqxjv"}) {
    Rule rule;
    rule.id = rule.family = "own";
    rule.pattern = "[0-9a-f]{32}";
    rule.keywords = {keyword};
    const auto catalogue = Catalogue::compile({rule});
    ASSERT_TRUE(catalogue);
    const std::string value = "6b1e0c9f3a7d42588e0f5a1c9d3b7e24";
    EXPECT_EQ(found_in(**catalogue, std::string(keyword) + "=" + value, std::nullopt).size(), 1U)
        << keyword;
    EXPECT_TRUE(found_in(**catalogue, "w " + value, std::nullopt).empty()) << keyword;
  }
}

}  // namespace
}  // namespace lr::secrets
