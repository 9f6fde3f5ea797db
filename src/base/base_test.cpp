#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"
#include "base/rng.h"
#include "base/secret.h"

namespace lr {
namespace {

constexpr Code kAllCodes[] = {
#define LR_X(name, number, http, exit, text) Code::name,
    LR_CODES(LR_X)
#undef LR_X
};

TEST(Error, EveryCodeHasItsOwnNameAndSaneNumbers) {
  std::set<std::string_view> names;
  for (const Code code : kAllCodes) {
    EXPECT_TRUE(names.insert(code_name(code)).second) << code_name(code);
    EXPECT_GE(http_status(code), 400);
    EXPECT_LE(http_status(code), 599);
    EXPECT_TRUE(exit_code(code) == 2 || exit_code(code) == 3);
    EXPECT_FALSE(public_text(code).empty());
  }
  EXPECT_EQ(code_name(Code::kNotFound), "not_found");
  EXPECT_EQ(code_name(Code::kUriTooLong), "uri_too_long");
}

TEST(Error, ContextStandsInFrontOfTheDetail) {
  const Error error =
      Error(Code::kNotFound, "no such file", Origin::kContract).context("keys.json");
  EXPECT_EQ(error.detail(), "keys.json: no such file");
  EXPECT_EQ(error.code(), Code::kNotFound);
  EXPECT_EQ(error.origin(), Origin::kContract);
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Code::kInvalidArgument, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  LR_TRY(const int h, half(n));
  LR_TRY(const int q, half(h));
  return q;
}

TEST(Error, TryPassesErrorsOn) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().detail(), "odd");
}

TEST(Secret, MovesAndEmptiesItsSource) {
  Secret a("hunter2 hunter2 hunter2 hunter2");
  const Secret b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
  EXPECT_EQ(b.expose().substr(0, 7), "hunter2");
  EXPECT_EQ(b.duplicate().expose(), b.expose());
}

TEST(Clock, FormatsAsRfc3339) {
  const WallTime t = WallTime(std::chrono::seconds(1'769'856'127)) + std::chrono::microseconds(42);
  EXPECT_EQ(format_rfc3339(t), "2026-01-31T10:42:07.000042Z");
}

TEST(Clock, FakeClockMovesOnlyWhenTold) {
  FakeClock clock(WallTime(std::chrono::seconds(100)));
  const MonoTime before = clock.mono();
  clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(clock.mono() - before, std::chrono::seconds(5));
  EXPECT_EQ(clock.wall(), WallTime(std::chrono::seconds(105)));
}

TEST(Deadline, OnlyShrinks) {
  const MonoTime now = std::chrono::steady_clock::now();
  const Deadline early = Deadline::at(now);
  EXPECT_EQ(early.sooner(Deadline::never()).when(), now);
  EXPECT_TRUE(early.expired(now));
  EXPECT_FALSE(Deadline::never().expired(now));
}

TEST(Rng, BelowIsInRangeAndReachesAll) {
  SeededRng rng(7);
  std::map<std::uint64_t, int> seen;
  for (int i = 0; i < 1'000; ++i) ++seen[rng.below(6)];
  EXPECT_EQ(seen.size(), 6U);
  EXPECT_EQ(seen.rbegin()->first, 5U);
}

TEST(Rng, SeedsRepeatAndUuidsAreVersion4) {
  SeededRng a(1);
  SeededRng b(1);
  const std::string uuid = a.uuid();
  EXPECT_EQ(uuid, b.uuid());
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  SystemRng system;
  EXPECT_NE(system.hex(16), system.hex(16));
}

TEST(Id, ComparesByValueWithinItsKind) {
  EXPECT_EQ(UserId(std::string("a")), UserId(std::string("a")));
  EXPECT_LT(UserId(std::string("a")), UserId(std::string("b")));
}

}  // namespace
}  // namespace lr
