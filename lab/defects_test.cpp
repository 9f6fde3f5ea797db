#include "lab/defects.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lab/testing/probes.h"

namespace lr::lab {
namespace {

using testing::LimitFacts;
using testing::Probe;
using testing::Visitor;

TEST(Defects, NamesAreUniqueAndComplete) {
  std::set<std::string_view> names;
  for (const Defect& defect : all_defects()) {
    EXPECT_TRUE(names.insert(defect.name).second) << defect.name;
    EXPECT_FALSE(defect.what.empty()) << defect.name;
    EXPECT_NE(defect.check.find('.'), std::string_view::npos) << defect.name;
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(Flaw::kCount));
  EXPECT_GE(names.size(), 30U);
}

TEST(Defects, ListsAreParsed) {
  EXPECT_EQ(parse_defects("none")->size(), 0U);
  EXPECT_EQ(parse_defects("all")->size(), all_defects().size());
  EXPECT_EQ(*parse_defects(" cors_null , health_lies,cors_null"),
            (std::vector<std::string>{"cors_null", "health_lies"}));
}

TEST(Defects, UnknownNamesAreErrorsWithTheCure) {
  const auto wrong = parse_defects("cors_nul");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().detail(), "unknown defect \"cors_nul\"; did you mean \"cors_null\"?");
  EXPECT_FALSE(parse_defects(""));
  EXPECT_FALSE(parse_defects("cors_null,"));
  EXPECT_FALSE(parse_defects("completely-different-thing"));
  LabOptions options;
  options.defects = {"cors_nul"};
  EXPECT_FALSE(Lab::start(std::move(options)));
}

std::vector<Probe> all_probes() {
  std::vector<Probe> out;
  for (const auto group : {testing::identity_probes(), testing::rights_probes(),
                           testing::answer_probes(), testing::input_probes()}) {
    out.insert(out.end(), group.begin(), group.end());
  }
  return out;
}

std::set<std::string> broken_things(Visitor& visitor) {
  std::set<std::string> out;
  for (const Probe& probe : all_probes()) {
    if (probe.broken(visitor)) out.emplace(probe.defect);
  }
  return out;
}

std::set<std::string> broken_limits(const LimitFacts& facts) {
  std::set<std::string> out;
  if (!facts.chat_limited) out.emplace("rate_none_chat");
  if (!facts.address_limited) {
    out.emplace("rate_none_login");
    return out;
  }
  if (!facts.account_limited) out.emplace("rate_no_account_limit");
  if (facts.header_escapes) out.emplace("rate_trusts_xff");
  if (!facts.tells_when) out.emplace("rate_no_retry_after");
  return out;
}

TEST(Lab, WithoutDefectsNothingIsBroken) {
  Visitor visitor({});
  EXPECT_EQ(broken_things(visitor), std::set<std::string>{});
  EXPECT_EQ(broken_limits(measure_limits(visitor)), std::set<std::string>{});
}

class EveryDefect : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryDefect, BreaksExactlyOneThing) {
  const std::string defect = GetParam();
  Visitor visitor({defect});
  if (defect.starts_with("rate_")) {
    EXPECT_EQ(broken_limits(measure_limits(visitor)), std::set<std::string>{defect});
    return;
  }
  EXPECT_EQ(broken_things(visitor), std::set<std::string>{defect});
}

INSTANTIATE_TEST_SUITE_P(Lab, EveryDefect, ::testing::ValuesIn(*parse_defects("all")),
                         [](const auto& test) { return test.param; });

TEST(Lab, AllDefectsTogetherStillServe) {
  Visitor visitor(*parse_defects("all"));
  EXPECT_EQ(visitor.get("/").status, 200);
  EXPECT_EQ(visitor.get("/v1/profile", visitor.token(World::kUserA)).status, 200);
  EXPECT_FALSE(measure_limits(visitor).address_limited);
}

}  // namespace
}  // namespace lr::lab
