#include "store/rate_store.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.h"
#include "store/keyed_hash.h"

namespace lr::store {
namespace {

std::int64_t read(RateStore& store, std::string_view key) {
  std::int64_t stored = -1;
  store.update(key, [&stored](std::int64_t time) {
    stored = time;
    return std::int64_t{-1};
  });
  return stored;
}

void write(RateStore& store, std::string_view key, std::int64_t time) {
  store.update(key, [time](std::int64_t) { return time; });
}

// SipHash-1-3 with 128 bits, key 00..0f: the fingerprints must never change between versions of
// this code without notice, and neighbours must differ.
TEST(KeyedHash, DependsOnEveryByteTheLengthAndTheKey) {
  const KeyedHash hash(1, 2);
  EXPECT_EQ(hash("abc"), KeyedHash(1, 2)("abc"));
  EXPECT_NE(hash("abc"), KeyedHash(1, 3)("abc"));
  EXPECT_NE(hash(""), hash(std::string_view("\0", 1)));
  std::string text(40, 'a');
  const Fingerprint before = hash(text);
  for (char& c : text) {
    c = 'b';
    EXPECT_NE(hash(text), before);
    c = 'a';
  }
  EXPECT_NE(KeyedHash()("x"), KeyedHash()("x"));
}

TEST(RateStore, KeepsWhatTheStepReturns) {
  auto store = make_memory_rate_store(100);
  EXPECT_EQ(read(*store, "a"), 0);
  EXPECT_EQ(store->size(), 0u);
  write(*store, "a", 7);
  write(*store, "b", 8);
  EXPECT_EQ(read(*store, "a"), 7);
  EXPECT_EQ(read(*store, "b"), 8);
  EXPECT_EQ(store->size(), 2u);
}

TEST(RateStore, AgreesWithAMap) {
  auto store = make_memory_rate_store(100'000);
  std::map<std::string, std::int64_t> expected;
  SeededRng rng(1);
  for (int round = 0; round < 20'000; ++round) {
    const std::string key = "key-" + std::to_string(rng.below(3'000));
    ASSERT_EQ(read(*store, key), expected[key]);
    const auto time = static_cast<std::int64_t>(rng.below(1'000'000)) + 1;
    write(*store, key, time);
    expected[key] = time;
  }
  EXPECT_EQ(store->size(), expected.size());
}

TEST(RateStore, ForgetsTheOldestWhenFull) {
  auto store = make_memory_rate_store(64);
  for (int i = 1; i <= 64; ++i) write(*store, std::to_string(i), i);
  EXPECT_EQ(store->size(), 64u);
  write(*store, "new", 1'000);
  EXPECT_LE(store->size(), 64u);
  EXPECT_EQ(read(*store, "new"), 1'000);
  EXPECT_EQ(read(*store, "64"), 64);
  EXPECT_EQ(read(*store, "20"), 20);
  EXPECT_EQ(read(*store, "1"), 0);
}

TEST(RateStore, StaysBoundedUnderAFlood) {
  for (std::size_t most : {1u, 2u, 63u, 1'000u}) {
    auto store = make_memory_rate_store(most);
    for (int i = 0; i < 5'000; ++i) {
      write(*store, std::to_string(i), 5);  // Equal times: nothing tells them apart.
      ASSERT_LE(store->size(), most);
      ASSERT_EQ(read(*store, std::to_string(i)), 5);
    }
  }
}

TEST(RateStore, UpdatesFromManyThreadsAreAtomic) {
  auto store = make_memory_rate_store(10'000);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&store] {
      for (int i = 0; i < 5'000; ++i) {
        store->update(i % 2 == 0 ? "x" : "y", [](std::int64_t time) { return time + 1; });
      }
    });
  }
  threads.clear();
  EXPECT_EQ(read(*store, "x"), 10'000);
  EXPECT_EQ(read(*store, "y"), 10'000);
}

}  // namespace
}  // namespace lr::store
