#include "guard/circuit_breaker.h"

#include <gtest/gtest.h>

namespace lr::guard {
namespace {

constexpr contract::Breaker kSettings{.failures = 3, .open_for = milliseconds(5'000)};
const MonoTime kStart{std::chrono::hours(1)};

TEST(CircuitBreaker, OpensAfterConsecutiveFailuresOnly) {
  CircuitBreaker breaker(kSettings);
  EXPECT_FALSE(breaker.failure(kStart));
  EXPECT_FALSE(breaker.failure(kStart));
  breaker.success();
  EXPECT_FALSE(breaker.failure(kStart));
  EXPECT_FALSE(breaker.failure(kStart));
  EXPECT_TRUE(breaker.allow(kStart));
  EXPECT_TRUE(breaker.failure(kStart));
  EXPECT_FALSE(breaker.allow(kStart));
  EXPECT_TRUE(breaker.open());
}

TEST(CircuitBreaker, LetsOneProbeThroughPerPeriod) {
  CircuitBreaker breaker(kSettings);
  for (int i = 0; i < 3; ++i) breaker.failure(kStart);
  const MonoTime later = kStart + seconds(5);
  EXPECT_FALSE(breaker.allow(later - milliseconds(1)));
  EXPECT_TRUE(breaker.allow(later));
  EXPECT_FALSE(breaker.allow(later));
  EXPECT_FALSE(breaker.failure(later));  // The probe failed: stays open for another period.
  EXPECT_FALSE(breaker.allow(later + seconds(4)));
  EXPECT_TRUE(breaker.allow(later + seconds(5)));
  breaker.success();
  EXPECT_FALSE(breaker.open());
  EXPECT_TRUE(breaker.allow(later + seconds(5)));
}

TEST(CircuitBreaker, SaysWhenToComeBack) {
  CircuitBreaker breaker(kSettings);
  for (int i = 0; i < 3; ++i) breaker.failure(kStart);
  EXPECT_EQ(breaker.retry_after(kStart), seconds(5));
  EXPECT_EQ(breaker.retry_after(kStart + milliseconds(4'500)), seconds(1));
  EXPECT_EQ(breaker.retry_after(kStart + seconds(9)), seconds(1));
}

}  // namespace
}  // namespace lr::guard
