#include "store/ownership_store.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "net/event_loop.h"
#include "store/owner_mirror.h"
#include "store/sqlite.h"
#include "store/testing/temporary_folder.h"

namespace lr::store {
namespace {

OwnerRecord owner(std::string user, std::string tenant = "t1") {
  return {UserId(std::move(user)), TenantId(std::move(tenant)), "https://id.example"};
}

/// The same expectations for both stores.
struct Fixture {
  net::EventLoop loop;
  net::BlockingPool pool{2};
  TemporaryFolder folder;
  std::unique_ptr<OwnershipStore> store;

  void open() { store = open_sqlite_ownership_store(folder.file("owners.db"), pool).value(); }
  Result<> learn(std::string id, OwnerRecord record, std::string object = "conversation") {
    return loop.block_on(store->learn(std::move(object), std::move(id), std::move(record)));
  }
  Result<> forget(std::string id) {
    return loop.block_on(store->forget("conversation", std::move(id)));
  }
};

void learns_and_forgets(Fixture& f) {
  ASSERT_TRUE(f.learn("1", owner("a")));
  ASSERT_TRUE(f.learn("1", owner("a"))) << "learning the same again changes nothing";
  auto other = f.learn("1", owner("b"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code(), Code::kConflict);
  EXPECT_FALSE(f.learn("1", owner("a", "t2")));
  EXPECT_EQ(f.store->find("conversation", "1"), owner("a"));
  EXPECT_EQ(f.store->find("conversation", "2"), std::nullopt);
  EXPECT_EQ(f.store->find("order", "1"), std::nullopt);
  ASSERT_TRUE(f.learn("1", owner("b"), "order"));
  EXPECT_EQ(f.store->size(), 2u);
  ASSERT_TRUE(f.forget("1"));
  ASSERT_TRUE(f.forget("1"));
  EXPECT_EQ(f.store->find("conversation", "1"), std::nullopt);
  EXPECT_EQ(f.store->size(), 1u);
  EXPECT_FALSE(f.learn("", owner("a")));
  EXPECT_FALSE(f.learn(std::string(kObjectIdBytes + 1, 'x'), owner("a")));
  const std::string odd("a\0b'\"\xff", 6);
  ASSERT_TRUE(f.learn(odd, owner("a")));
  EXPECT_EQ(f.store->find("conversation", odd), owner("a"));
  EXPECT_EQ(f.store->find("conversation", "a"), std::nullopt);
}

TEST(MemoryOwnershipStore, LearnsAndForgets) {
  Fixture f;
  f.store = make_memory_ownership_store();
  learns_and_forgets(f);
}

TEST(SqliteOwnershipStore, LearnsAndForgets) {
  Fixture f;
  f.open();
  learns_and_forgets(f);
}

TEST(SqliteOwnershipStore, RemembersAcrossRestarts) {
  Fixture f;
  f.open();
  const std::string odd("a\0b", 3);
  ASSERT_TRUE(f.learn("1", owner("a")));
  ASSERT_TRUE(f.learn("2", owner("b")));
  ASSERT_TRUE(f.learn(odd, owner("c")));
  ASSERT_TRUE(f.forget("2"));
  f.store.reset();
  f.open();
  EXPECT_EQ(f.store->size(), 2u);
  EXPECT_EQ(f.store->find("conversation", "1"), owner("a"));
  EXPECT_EQ(f.store->find("conversation", odd), owner("c"));
  EXPECT_FALSE(f.learn("1", owner("b")));
}

net::Task<> learn_one(OwnershipStore& store, std::string id, std::string user,
                      std::atomic<int>& won) {
  auto learned = co_await store.learn("conversation", std::move(id), owner(std::move(user)));
  if (learned) ++won;
  co_return Result<>{};
}

TEST(SqliteOwnershipStore, OneOwnerWinsARace) {
  Fixture f;
  f.open();
  std::atomic<int> won = 0;
  std::vector<net::Task<>> tasks;
  for (int object = 0; object < 20; ++object) {
    for (int user = 0; user < 5; ++user) {
      tasks.push_back(learn_one(*f.store, std::to_string(object), "u" + std::to_string(user), won));
    }
  }
  ASSERT_TRUE(f.loop.block_on(net::run_all(std::move(tasks), 100)));
  EXPECT_EQ(won, 20);
  EXPECT_EQ(f.store->size(), 20u);
}

TEST(SqliteOwnershipStore, AWriteThatFailsIsNotBelieved) {
  Fixture f;
  f.open();
  ASSERT_TRUE(f.learn("1", owner("a")));
  {
    // Another process takes the table away.
    Database other = Database::open(f.folder.file("owners.db")).value();
    ASSERT_TRUE(other.run("DROP TABLE owners"));
  }
  auto learned = f.learn("2", owner("b"));
  ASSERT_FALSE(learned);
  EXPECT_EQ(learned.error().code(), Code::kUnavailable);
  EXPECT_EQ(f.store->find("conversation", "2"), std::nullopt);
}

TEST(SqliteOwnershipStore, ForeignFilesAreRefused) {
  Fixture f;
  const std::string path = f.folder.file("owners.db");
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fputs("this is not a database, whatever its name says. It is long enough.", file);
  std::fclose(file);
  auto opened = open_sqlite_ownership_store(path, f.pool);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), Code::kConflict);
  EXPECT_FALSE(open_sqlite_ownership_store("/nowhere/owners.db", f.pool));
}

TEST(OwnerMirror, ReadersSeeWholeRecordsWhileWritersWork) {
  OwnerMirror mirror;
  std::atomic<bool> stop = false;
  std::vector<std::jthread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto found = mirror.find("o", "500");
        if (found) EXPECT_EQ(*found, owner("u500"));
      }
    });
  }
  for (int i = 0; i < 2'000; ++i) {
    ASSERT_TRUE(mirror.learn("o", std::to_string(i), owner("u" + std::to_string(i))));
    if (i % 3 == 0) mirror.forget("o", std::to_string(i));
  }
  stop = true;
  readers.clear();
  EXPECT_EQ(mirror.size(), 1'333u);
}

}  // namespace
}  // namespace lr::store
