#include "store/ledger.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "store/sqlite.h"
#include "store/testing/temporary_folder.h"

namespace lr::store {
namespace {

Secret key() { return Secret("a ledger key for tests"); }

LedgerEvent event(int number) {
  LedgerEvent e;
  e.time = WallTime(std::chrono::seconds(1'700'000'000 + number));
  e.kind = number % 2 == 0 ? "access.denied" : "rate.limited";
  e.request_id = "req-" + std::to_string(number);
  e.subject = "user-" + std::to_string(number % 3);
  e.tenant = "t1";
  e.method = "GET";
  e.route = "/v1/conversations/{conversation}";
  e.client = "192.0.2.1";
  e.status = 404;
  e.reason = "not the owner";
  e.rule = "launchready.yaml:12";
  return e;
}

struct Fixture {
  TemporaryFolder folder;
  std::string path = folder.file("ledger.db");

  std::unique_ptr<Ledger> open() { return open_ledger(path, key()).value(); }
  void fill(int count) {
    auto ledger = open();
    for (int i = 0; i < count; ++i) ASSERT_TRUE(ledger->append(event(i)));
    ASSERT_TRUE(ledger->flush());
  }
  LedgerVerdict verify() { return verify_ledger(path, key()).value(); }
};

TEST(Ledger, KeepsEventsAndTheChainHolds) {
  Fixture f;
  auto ledger = f.open();
  EXPECT_TRUE(f.verify().intact) << "an empty ledger is intact";
  for (int i = 0; i < 2'000; ++i) ASSERT_TRUE(ledger->append(event(i)));
  ASSERT_TRUE(ledger->flush());
  EXPECT_TRUE(ledger->healthy());
  EXPECT_EQ(ledger->size(), 2'000u);
  const LedgerVerdict verdict = f.verify();
  EXPECT_TRUE(verdict.intact) << verdict.why;
  EXPECT_EQ(verdict.rows, 2'000u);
  EXPECT_TRUE(ledger->flush()) << "with nothing to do";
}

// The worked example of docs/formats/ledger.md.
TEST(Ledger, TheFormatStaysTheSame) {
  Fixture f;
  LedgerEvent e = event(1);
  e.time = WallTime(std::chrono::seconds(1'767'225'600));
  e.kind = "access.denied";
  e.subject = "user-b";
  auto ledger = f.open();
  ASSERT_TRUE(ledger->append(e));
  ASSERT_TRUE(ledger->flush());
  const auto rows = search_ledger(f.path, {}).value();
  ASSERT_EQ(rows.size(), 1u);
  const std::string link = "a172a2f32e02bc889171cd3ed0c18b9add35d0f6cabe3685febd0c4582dac2b3";
  EXPECT_EQ(rows[0].link, link);
  std::ifstream head_file(f.path + ".head");
  const std::string head((std::istreambuf_iterator<char>(head_file)), {});
  EXPECT_EQ(head, "lr-ledger-v1 1 " + link +
                      " eb748a9e2d6fe8ea17190bc597bc8783bb64aec158484fcffd5caf77bd63be79\n");
}

TEST(Ledger, ClosingWritesWhatIsQueued) {
  Fixture f;
  {
    auto ledger = f.open();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(ledger->append(event(i)));
  }
  EXPECT_EQ(f.verify().rows, 100u);
}

TEST(Ledger, ContinuesAcrossRestarts) {
  Fixture f;
  f.fill(3);
  f.fill(4);
  const LedgerVerdict verdict = f.verify();
  EXPECT_TRUE(verdict.intact) << verdict.why;
  EXPECT_EQ(verdict.rows, 7u);
  EXPECT_EQ(f.open()->size(), 7u);
}

TEST(Ledger, TakesEventsFromManyThreads) {
  Fixture f;
  auto ledger = f.open();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&ledger] {
      for (int i = 0; i < 200; ++i) EXPECT_TRUE(ledger->append(event(i)));
    });
  }
  threads.clear();
  ASSERT_TRUE(ledger->flush());
  EXPECT_EQ(f.verify().rows, 800u);
  EXPECT_TRUE(f.verify().intact);
}

TEST(Ledger, TwoProcessesMayOverlap) {
  Fixture f;
  auto draining = f.open();
  auto starting = f.open();
  for (int i = 0; i < 20; ++i) {
    auto& ledger = i % 3 == 0 ? draining : starting;
    ASSERT_TRUE(ledger->append(event(i)));
    ASSERT_TRUE(ledger->flush());
  }
  const LedgerVerdict verdict = f.verify();
  EXPECT_TRUE(verdict.intact) << verdict.why;
  EXPECT_EQ(verdict.rows, 20u);
}

TEST(Ledger, TwoProcessesDoNotTakeTheHeadFromEachOther) {
  Fixture f;
  std::atomic<int> failed = 0;
  const auto write_some = [&](Ledger& ledger) {
    for (int i = 0; i < 100; ++i) {
      if (!ledger.append(event(i)) || !ledger.flush()) ++failed;
    }
  };
  {
    auto draining = f.open();
    auto starting = f.open();
    std::thread other([&] { write_some(*draining); });
    write_some(*starting);
    other.join();
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(f.verify().rows, 200u);
  EXPECT_TRUE(f.verify().intact) << f.verify().why;
  EXPECT_NE(f.open(), nullptr);
}

TEST(Ledger, LongAndOddValuesAreKeptWithinBounds) {
  Fixture f;
  auto ledger = f.open();
  LedgerEvent odd = event(1);
  odd.reason = std::string(100'000, 'x');
  odd.subject = std::string("a\0b'\xff\n", 6);
  ASSERT_TRUE(ledger->append(odd));
  ASSERT_TRUE(ledger->append(LedgerEvent{}));
  ASSERT_TRUE(ledger->flush());
  EXPECT_TRUE(f.verify().intact);
  const auto rows = search_ledger(f.path, {}).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].event.reason.size(), 512u);
  EXPECT_EQ(rows[0].event.subject, odd.subject);
  EXPECT_EQ(rows[1].event.kind, "");
}

TEST(Ledger, IsSearchedByTimeRequestKindAndSubject) {
  Fixture f;
  f.fill(30);
  const auto count = [&f](const LedgerQuery& query) {
    return search_ledger(f.path, query).value().size();
  };
  EXPECT_EQ(count({}), 30u);
  EXPECT_EQ(count({.from = event(10).time, .to = event(19).time}), 10u);
  EXPECT_EQ(count({.kind = "access.denied"}), 15u);
  EXPECT_EQ(count({.kind = "access.denied", .subject = "user-0"}), 5u);
  EXPECT_EQ(count({.most = 7}), 7u);
  EXPECT_EQ(count({.request_id = "' OR 1=1 --"}), 0u);
  const auto rows = search_ledger(f.path, {.request_id = "req-12"}).value();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].sequence, 13u);
  EXPECT_EQ(rows[0].event.time, event(12).time);
  EXPECT_EQ(rows[0].event.rule, "launchready.yaml:12");
  EXPECT_EQ(rows[0].link.size(), 64u);
}

TEST(Ledger, MissingAndForeignFilesAreToldApart) {
  Fixture f;
  EXPECT_EQ(verify_ledger(f.path, key()).error().code(), Code::kNotFound);
  EXPECT_EQ(search_ledger(f.path, {}).error().code(), Code::kNotFound);
  EXPECT_FALSE(open_ledger(f.path, Secret()));
  EXPECT_FALSE(open_ledger("/nowhere/ledger.db", key()));
  std::ofstream(f.path) << "no database at all, but long enough to be looked at as one by SQLite";
  EXPECT_EQ(open_ledger(f.path, key()).error().code(), Code::kConflict);
  EXPECT_FALSE(verify_ledger(f.path, key()).value().intact);
}

TEST(Ledger, AnotherKeyNeitherVerifiesNorContinues) {
  Fixture f;
  f.fill(3);
  EXPECT_FALSE(verify_ledger(f.path, Secret("another key")).value().intact);
  EXPECT_EQ(open_ledger(f.path, Secret("another key")).error().code(), Code::kConflict);
}

TEST(Ledger, ARunningLedgerNoticesThatRowsVanish) {
  Fixture f;
  auto ledger = f.open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(ledger->append(event(i)));
  ASSERT_TRUE(ledger->flush());
  {
    Database thief = Database::open(f.path).value();
    ASSERT_TRUE(thief.run("DELETE FROM ledger WHERE sequence >= 4"));
  }
  ASSERT_TRUE(ledger->append(event(9)));
  EXPECT_FALSE(ledger->flush());
  EXPECT_FALSE(ledger->healthy());
  EXPECT_FALSE(ledger->append(event(10)));
  const LedgerVerdict verdict = f.verify();
  EXPECT_FALSE(verdict.intact);
  EXPECT_EQ(verdict.first_bad, 4u);
}

}  // namespace
}  // namespace lr::store
