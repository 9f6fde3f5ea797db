#include "decide/rate.h"

#include <gtest/gtest.h>

#include <deque>
#include <limits>

#include "base/rng.h"

namespace lr::decide {
namespace {

using contract::Rate;
using std::chrono::seconds;

constexpr std::int64_t kSecond = 1'000'000;

/// One key with its stored stamp.
struct Bucket {
  Rate rate;
  RateTime stored = 0;
  RateVerdict ask(RateTime now) {
    const RateVerdict verdict = decide_rate(rate, stored, now);
    if (verdict.allowed) stored = verdict.next;
    return verdict;
  }
};

TEST(Rate, ABurstThenOneAtATime) {
  Bucket bucket{{.count = 10, .per = seconds(60), .burst = 10}};
  for (std::uint32_t i = 0; i < 10; ++i) {
    const RateVerdict verdict = bucket.ask(kSecond);
    EXPECT_TRUE(verdict.allowed);
    EXPECT_EQ(verdict.remaining, 9 - i);
  }
  const RateVerdict refused = bucket.ask(kSecond);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_us, 6 * kSecond);
  EXPECT_EQ(refused.reset_us, 60 * kSecond);
  EXPECT_FALSE(bucket.ask(7 * kSecond - 1).allowed);
  EXPECT_TRUE(bucket.ask(7 * kSecond).allowed);
  EXPECT_FALSE(bucket.ask(7 * kSecond).allowed);
}

TEST(Rate, RefusedRequestsCostNothing) {
  Bucket bucket{{.count = 1, .per = seconds(10), .burst = 1}};
  EXPECT_TRUE(bucket.ask(1).allowed);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(bucket.ask(5 * kSecond).allowed);
  EXPECT_TRUE(bucket.ask(10 * kSecond + 1).allowed);
}

Rate random_rate(Rng& rng) {
  return {.count = static_cast<std::uint32_t>(1 + rng.below(50)),
          .per = seconds(1 + static_cast<std::int64_t>(rng.below(100))),
          .burst = static_cast<std::uint32_t>(rng.below(40))};
}

/// Any window of length t lets through at most burst + rate * t, rounded up by the request that
/// stands at its edge.
void expect_bounded(const Rate& rate, const std::deque<RateTime>& allowed) {
  const std::int64_t burst = rate.burst != 0 ? rate.burst : rate.count;
  const std::int64_t per_us = rate.per.count() * kSecond;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    for (std::size_t j = i; j < allowed.size(); ++j) {
      const std::int64_t window = allowed[j] - allowed[i];
      const auto count = static_cast<std::int64_t>(j - i + 1);
      ASSERT_LE((count - burst) * per_us, window * rate.count);
    }
  }
}

TEST(RateProperty, NoWindowHoldsMoreThanItsShare) {
  SeededRng rng(7);
  for (int round = 0; round < 60; ++round) {
    Bucket bucket{random_rate(rng)};
    std::deque<RateTime> allowed;
    RateTime now = 1 + static_cast<RateTime>(rng.below(1'000'000'000));
    for (int i = 0; i < 400; ++i) {
      now += static_cast<RateTime>(rng.below(2 * kSecond));
      if (bucket.ask(now).allowed) allowed.push_back(now);
    }
    expect_bounded(bucket.rate, allowed);
  }
}

TEST(RateProperty, RetryAfterIsExact) {
  SeededRng rng(8);
  std::uint64_t refusals = 0;
  for (int round = 0; round < 60; ++round) {
    Bucket bucket{random_rate(rng)};
    RateTime now = 1;
    for (int i = 0; i < 400; ++i) {
      now += static_cast<RateTime>(rng.below(kSecond / 4));
      const RateVerdict verdict = bucket.ask(now);
      if (verdict.allowed) continue;
      ++refusals;
      ASSERT_GT(verdict.retry_after_us, 0);
      ASSERT_TRUE(decide_rate(bucket.rate, bucket.stored, now + verdict.retry_after_us).allowed);
      ASSERT_FALSE(
          decide_rate(bucket.rate, bucket.stored, now + verdict.retry_after_us - 1).allowed);
      ASSERT_LE(verdict.retry_after_us, verdict.reset_us);
    }
  }
  EXPECT_GT(refusals, 1000U);
}

TEST(RateProperty, LaterIsNeverWorse) {
  SeededRng rng(9);
  for (int round = 0; round < 2000; ++round) {
    const Rate rate = random_rate(rng);
    const auto stored = static_cast<RateTime>(rng.below(200 * kSecond));
    const auto now = static_cast<RateTime>(1 + rng.below(100 * kSecond));
    const RateVerdict first = decide_rate(rate, stored, now);
    const RateVerdict later =
        decide_rate(rate, stored, now + static_cast<RateTime>(rng.below(kSecond)));
    if (first.allowed) {
      ASSERT_TRUE(later.allowed);
      ASSERT_GE(later.remaining, first.remaining);
      ASSERT_GT(first.next, now - 1);
    }
  }
}

TEST(Rate, NothingOverflows) {
  constexpr auto kMax = std::numeric_limits<RateTime>::max();
  constexpr auto kMin = std::numeric_limits<RateTime>::min();
  constexpr auto kMany = std::numeric_limits<std::uint32_t>::max();
  for (const std::uint32_t count : {0U, 1U, 7U, kMany}) {
    for (const std::int64_t per : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{60}, kMax}) {
      for (const std::uint32_t burst : {0U, 1U, kMany}) {
        for (const RateTime stored : {kMin, RateTime{-1}, RateTime{0}, RateTime{1}, kMax}) {
          for (const RateTime now : {kMin, RateTime{-1}, RateTime{0}, RateTime{1}, kMax}) {
            const RateVerdict verdict =
                decide_rate({.count = count, .per = seconds(per), .burst = burst}, stored, now);
            EXPECT_GE(verdict.retry_after_us, 0);
            if (count == 0) EXPECT_FALSE(verdict.allowed);
          }
        }
      }
    }
  }
}

TEST(Rate, AClockThatWentBackLocksNobodyOut) {
  const Rate rate{.count = 10, .per = seconds(60), .burst = 10};
  const RateVerdict verdict = decide_rate(rate, 1'000'000 * kSecond, kSecond);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_LE(verdict.retry_after_us, 6 * kSecond);
}

TEST(Rate, HeaderMembers) {
  const Rate rate{.count = 10, .per = seconds(60), .burst = 10};
  EXPECT_EQ(rate_policy_member("chat-user", rate), "\"chat-user\";q=10;w=60");
  RateVerdict verdict{.allowed = true, .remaining = 3, .reset_us = 11'000'001};
  EXPECT_EQ(rate_state_member("chat-user", verdict), "\"chat-user\";r=3;t=12");
  verdict = {.allowed = false, .remaining = 0, .retry_after_us = 1, .reset_us = 60 * kSecond};
  EXPECT_EQ(rate_state_member("a\"\\\nb", verdict), "\"a\\\"\\\\b\";r=0;t=1");
}

}  // namespace
}  // namespace lr::decide
