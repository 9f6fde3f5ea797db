#include "guard/token_cache.h"

#include <gtest/gtest.h>

namespace lr::guard {
namespace {

CallerPtr caller(const std::string& user, std::uint64_t generation = 1) {
  auto out = std::make_shared<Caller>();
  out->identity.user = UserId(user);
  out->keys_generation = generation;
  return out;
}

const WallTime kNow{seconds(1'700'000'000)};

TEST(TokenCache, ForgetsAtTheEndOfItsTime) {
  TokenCache cache(4);
  cache.insert(crypto::sha256("a"), caller("alice"), kNow + seconds(10));
  ASSERT_NE(cache.find(crypto::sha256("a"), kNow, 1), nullptr);
  EXPECT_EQ(cache.find(crypto::sha256("b"), kNow, 1), nullptr);
  EXPECT_EQ(cache.find(crypto::sha256("a"), kNow + seconds(10), 1), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(TokenCache, AKeyRotationMakesVerdictsVoid) {
  TokenCache cache(4);
  cache.insert(crypto::sha256("a"), caller("alice", 1), kNow + seconds(10));
  EXPECT_EQ(cache.find(crypto::sha256("a"), kNow, 2), nullptr);
}

TEST(TokenCache, IsBoundedAndDropsTheLeastRecentlyUsed) {
  TokenCache cache(2);
  cache.insert(crypto::sha256("a"), caller("a"), kNow + seconds(10));
  cache.insert(crypto::sha256("b"), caller("b"), kNow + seconds(10));
  EXPECT_NE(cache.find(crypto::sha256("a"), kNow, 1), nullptr);
  cache.insert(crypto::sha256("c"), caller("c"), kNow + seconds(10));
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.find(crypto::sha256("b"), kNow, 1), nullptr);
  EXPECT_NE(cache.find(crypto::sha256("a"), kNow, 1), nullptr);
  EXPECT_NE(cache.find(crypto::sha256("c"), kNow, 1), nullptr);
}

}  // namespace
}  // namespace lr::guard
