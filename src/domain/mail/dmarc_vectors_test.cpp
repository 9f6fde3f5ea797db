// The vectors of tests/domain_vectors/dmarc.yaml: both editions of DMARC, case by case.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "domain/mail/dmarc.h"
#include "domain/mail/public_suffix.h"
#include "domain/zone_file.h"
#include "text/yaml.h"

namespace lr::domain {
namespace {

using text::YamlNode;

constexpr std::size_t kVectorsLeast = 120;

std::string scalar(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value == nullptr ? std::string() : value->scalar;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

std::string_view result_name(DmarcVerdict::Result result) {
  constexpr std::string_view kNames[] = {"none", "pass", "fail", "temperror"};
  return kNames[static_cast<std::size_t>(result)];
}

void run_case(Zone& zone, const PublicSuffixList& suffixes, const text::YamlEntry& one) {
  const YamlNode& test = one.value;
  const auto registrable = [&](std::string_view name) { return suffixes.registrable(name); };
  const DmarcMessage message{.from_domain = scalar(test, "from"),
                             .spf_domain = scalar(test, "spf"),
                             .dkim_domains = words(scalar(test, "dkim"))};
  const std::string edition = scalar(test, "e");
  ASSERT_TRUE(edition == "9989" || edition == "7489") << one.key;
  const DmarcVerdict verdict = evaluate_dmarc(
      zone, message, edition == "9989" ? DmarcEdition::kRfc9989 : DmarcEdition::kRfc7489,
      registrable);
  EXPECT_EQ(result_name(verdict.result), scalar(test, "result")) << one.key;
  if (test.find("policy") == nullptr) return;
  EXPECT_EQ(dmarc_policy_name(verdict.policy.effective), scalar(test, "policy")) << one.key;
  EXPECT_EQ(verdict.policy.where, scalar(test, "where")) << one.key;
  EXPECT_EQ(verdict.policy.tag, scalar(test, "tag")) << one.key;
}

TEST(DmarcVectors, EveryCaseHasItsResult) {
  std::ifstream in(LR_SOURCE_DIR "/tests/domain_vectors/dmarc.yaml");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto suite = text::parse_yaml(text, "dmarc.yaml");
  ASSERT_TRUE(suite) << suite.error().detail();
  const PublicSuffixList suffixes = PublicSuffixList::parse(scalar(*suite, "suffixes"));
  const YamlNode* scenarios = suite->find("scenarios");
  ASSERT_NE(scenarios, nullptr);
  std::size_t count = 0;
  for (const YamlNode& scenario : scenarios->items) {
    const auto zone_file = parse_zone_file(scalar(scenario, "zone"), "zone", "");
    ASSERT_TRUE(zone_file) << scalar(scenario, "about") << zone_file.error().detail();
    Zone zone = zone_file->zone();
    for (const std::string& name : words(scalar(scenario, "unreachable"))) {
      zone.set_unreachable(name);
    }
    for (const text::YamlEntry& one : scenario.find("cases")->entries) {
      ++count;
      run_case(zone, suffixes, one);
    }
  }
  std::cout << "dmarc: " << count << " vectors\n";
  EXPECT_GE(count, kVectorsLeast);
}

}  // namespace
}  // namespace lr::domain
