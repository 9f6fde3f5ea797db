#include "probe/state.h"

#include <gtest/gtest.h>

namespace lr::probe {
namespace {

Exchange reading(std::string body, int status = 200) {
  Exchange out;
  out.response.status = status;
  out.response.headers.set("Content-Type", "application/json");
  out.response.body = std::move(body);
  return out;
}

TEST(StateWitness, SeesWhatChangedWasAddedRemovedOrDeleted) {
  const auto before = reading(R"({"id":1,"title":"a","tags":["x"]})");
  const StateWitness witness(before, before);
  ASSERT_TRUE(witness.sound());
  EXPECT_EQ(witness.change(before), "");
  EXPECT_EQ(witness.change(reading(R"({"id":1,"title":"b","tags":["x"]})")), "/title changed");
  EXPECT_EQ(witness.change(reading(R"({"id":1,"title":"a","tags":["x","y"]})")),
            "/tags/1 was added");
  EXPECT_EQ(witness.change(reading(R"({"id":1,"title":"a","tags":[]})")), "/tags/0 is missing");
  EXPECT_EQ(witness.change(reading("{}", 404)), "it is gone");
}

TEST(StateWitness, LooksAwayFromWhatChangesByItself) {
  const StateWitness witness(reading(R"({"title":"a","views":1})"),
                             reading(R"({"title":"a","views":2})"));
  EXPECT_EQ(witness.change(reading(R"({"title":"a","views":3})")), "");
  EXPECT_EQ(witness.change(reading(R"({"title":"b","views":3})")), "/title changed");
}

TEST(StateWitness, AnUnreadableObjectWitnessesNothing) {
  EXPECT_FALSE(StateWitness(reading("{}", 500), reading("{}")).sound());
  const StateWitness witness(reading(R"({"a":1})"), reading(R"({"a":1})"));
  EXPECT_EQ(witness.change(reading("{}", 500)), "") << "a failed reading is no change";
}

}  // namespace
}  // namespace lr::probe
