#include "lab/rate_gate.h"

#include <gtest/gtest.h>

namespace lr::lab {
namespace {

constexpr RateRule kRule{"test", 10, seconds(60)};

TEST(RateGate, AllowsTheQuotaAndThenSaysWhenToComeBack) {
  RateGate gate;
  const MonoTime now{};
  for (std::uint32_t i = 0; i < 10; ++i) {
    const RateAnswer answer = gate.take(kRule, "a", now);
    EXPECT_TRUE(answer.allowed);
    EXPECT_EQ(answer.remaining, 9 - i);
  }
  const RateAnswer refused = gate.take(kRule, "a", now);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, seconds(6));
  EXPECT_TRUE(gate.take(kRule, "b", now).allowed);
}

TEST(RateGate, RefillsWithTime) {
  RateGate gate;
  const MonoTime start{};
  for (int i = 0; i < 10; ++i) gate.take(kRule, "a", start);
  EXPECT_FALSE(gate.take(kRule, "a", start + seconds(5)).allowed);
  EXPECT_TRUE(gate.take(kRule, "a", start + seconds(6)).allowed);
  EXPECT_FALSE(gate.take(kRule, "a", start + seconds(6)).allowed);
}

TEST(RateGate, RulesDoNotShareQuota) {
  RateGate gate;
  const MonoTime now{};
  for (int i = 0; i < 11; ++i) gate.take(kRule, "a", now);
  EXPECT_TRUE(gate.take({"other", 1, seconds(60)}, "a", now).allowed);
}

TEST(RateGate, ForgetsKeysWhoseQuotaIsFull) {
  RateGate gate;
  const MonoTime start{};
  for (int i = 0; i < 20'000; ++i) gate.take(kRule, std::to_string(i), start);
  EXPECT_EQ(gate.size(), 20'000U);
  gate.take(kRule, "late", start + seconds(120));
  EXPECT_EQ(gate.size(), 1U);
}

}  // namespace
}  // namespace lr::lab
