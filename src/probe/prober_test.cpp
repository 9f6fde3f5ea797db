#include "probe/prober.h"

#include <gtest/gtest.h>

#include <atomic>

#include "probe/testing/target.h"

namespace lr::probe {
namespace {

using testing::Target;
using testing::TargetAnswer;
using testing::TargetRequest;

class ProberTest : public ::testing::Test {
 protected:
  Prober make(const Target& target, std::uint32_t max_requests = 1000, std::uint32_t rps = 10'000) {
    ProberOptions options;
    options.target = target.url();
    options.run_id = "lr-test";
    options.max_requests = max_requests;
    options.max_rps = rps;
    return Prober(loop_, nullptr, std::move(options));
  }
  Result<Exchange> send(Prober& prober, Intent intent = Intent::kControl) {
    Request request;
    request.intent = intent;
    return loop_.block_on(prober.send(std::move(request)));
  }

  net::EventLoop loop_;
};

TEST_F(ProberTest, MarksEveryRequestWithTheRun) {
  std::string seen;
  Target target([&](const TargetRequest& request) {
    seen = request.headers.get(kRunHeader).value_or("");
    return TargetAnswer{};
  });
  Prober prober = make(target);
  ASSERT_TRUE(send(prober).has_value());
  EXPECT_EQ(seen, "lr-test");
  EXPECT_EQ(prober.requests(), 1U);
}

TEST_F(ProberTest, SendsTargetsByteForByte) {
  std::string seen;
  Target target([&](const TargetRequest& request) {
    seen = request.target;
    return TargetAnswer{};
  });
  Prober prober = make(target);
  Request request;
  request.target = "//admin/%2e%2e/stats?a=%20b";
  ASSERT_TRUE(loop_.block_on(prober.send(std::move(request))).has_value());
  EXPECT_EQ(seen, "//admin/%2e%2e/stats?a=%20b");
}

TEST_F(ProberTest, WaitsOutA429AsItIsTold) {
  std::atomic<int> calls = 0;
  Target target([&](const TargetRequest&) {
    if (++calls > 1) return TargetAnswer{};
    TargetAnswer out{429, "", "", {}};
    out.headers.set("Retry-After", "1");
    return out;
  });
  Prober prober = make(target);
  const auto start = std::chrono::steady_clock::now();
  const auto answer = send(prober);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status(), 200);
  EXPECT_GE(std::chrono::steady_clock::now() - start, seconds(1));
}

TEST_F(ProberTest, DoesNotWaitForHours) {
  Target target([](const TargetRequest&) {
    TargetAnswer out{429, "", "", {}};
    out.headers.set("Retry-After", "3600");
    return out;
  });
  Prober prober = make(target);
  const auto answer = send(prober);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->limited());
}

TEST_F(ProberTest, StopsWhenTheBudgetIsSpent) {
  Target target([](const TargetRequest&) { return TargetAnswer{}; });
  Prober prober = make(target, 2);
  EXPECT_TRUE(send(prober).has_value());
  EXPECT_TRUE(send(prober).has_value());
  const auto third = send(prober);
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code(), Code::kResourceExhausted);
  EXPECT_TRUE(prober.stopped());
  EXPECT_EQ(prober.requests(), 2U);
}

TEST_F(ProberTest, KeepsItsPace) {
  Target target([](const TargetRequest&) { return TargetAnswer{}; });
  Prober prober = make(target, 100, 100);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 11; ++i) ASSERT_TRUE(send(prober).has_value());
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(95));
}

TEST_F(ProberTest, StopsWhenOrdinaryRequestsKeepFailing) {
  Target target([](const TargetRequest&) { return TargetAnswer{500, "", "", {}}; });
  Prober prober = make(target);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(send(prober).has_value()) << i;
  EXPECT_TRUE(prober.stopped());
  EXPECT_FALSE(send(prober).has_value());
}

TEST_F(ProberTest, AttacksThatFailAreNoDistress) {
  Target target([](const TargetRequest&) { return TargetAnswer{500, "", "", {}}; });
  Prober prober = make(target);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(send(prober, Intent::kAttack).has_value()) << i;
  EXPECT_FALSE(prober.stopped());
}

TEST_F(ProberTest, StopsWhenNobodyAnswers) {
  text::Url gone;
  {
    Target target([](const TargetRequest&) { return TargetAnswer{}; });
    gone = target.url();
  }
  ProberOptions options;
  options.target = gone;
  Prober prober(loop_, nullptr, std::move(options));
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(send(prober).has_value());
  EXPECT_TRUE(prober.stopped());
}

}  // namespace
}  // namespace lr::probe
