// Whoever can write the file, but does not know the key, is found out.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "base/rng.h"
#include "store/ledger.h"
#include "store/sqlite.h"
#include "store/testing/temporary_folder.h"

namespace lr::store {
namespace {

namespace fs = std::filesystem;

constexpr int kRows = 24;
constexpr std::string_view kTextColumns[] = {"kind",  "request_id", "subject", "tenant", "method",
                                             "route", "client",     "reason",  "rule"};

Secret key() { return Secret("a ledger key for tests"); }

LedgerEvent event(int number) {
  LedgerEvent e;
  e.time = WallTime(std::chrono::seconds(1'700'000'000 + number));
  e.kind = "access.denied";
  e.request_id = "req-" + std::to_string(number);
  e.subject = "user-" + std::to_string(number);
  e.tenant = number % 2 == 0 ? "t1" : "t2";
  e.status = 403 + number % 2;
  e.reason = "reason " + std::to_string(number);
  return e;
}

/// One sound ledger in a single file, copied for every attack.
class Tamper : public testing::Test {
 protected:
  void SetUp() override {
    {
      auto ledger = open_ledger(sound_, key()).value();
      for (int i = 0; i < kRows; ++i) ASSERT_TRUE(ledger->append(event(i)));
      ASSERT_TRUE(ledger->flush());
    }
    ASSERT_TRUE(Database::open(sound_)->run("PRAGMA journal_mode=DELETE"));
    restore();
    ASSERT_TRUE(verify_ledger(path_, key())->intact);
  }

  void restore() {
    for (const char* suffix : {"", ".head"}) {
      fs::copy_file(sound_ + suffix, path_ + suffix, fs::copy_options::overwrite_existing);
    }
  }

  /// Returns the number of rows changed.
  int attack(const std::string& sql) {
    sqlite3* handle = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
    sqlite3_exec(handle, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY", nullptr, nullptr,
                 nullptr);
    char* why = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &why), SQLITE_OK) << sql << why;
    sqlite3_free(why);
    const int changes = sqlite3_total_changes(handle);
    sqlite3_close(handle);
    return changes;
  }

  void expect_caught(const std::string& sql) {
    restore();
    ASSERT_GT(attack(sql), 0) << sql;
    auto verdict = verify_ledger(path_, key());
    ASSERT_TRUE(verdict) << verdict.error().detail();
    ASSERT_FALSE(verdict->intact) << sql;
    ASSERT_NE(verdict->why, "");
    ASSERT_GE(verdict->first_bad, 1u);
    ++caught_;
  }

  TemporaryFolder folder_;
  std::string sound_ = folder_.file("sound.db");
  std::string path_ = folder_.file("ledger.db");
  int caught_ = 0;
};

TEST_F(Tamper, EveryRandomChangeOfRowsIsFound) {
  SeededRng rng(42);
  const auto row = [&rng] { return std::to_string(1 + rng.below(kRows)); };
  const std::function<std::string()> kAttacks[] = {
      [&] {  // Edit a text by one character.
        const std::string column(kTextColumns[rng.below(std::size(kTextColumns))]);
        return "UPDATE ledger SET " + column + "=" + column + "||'x' WHERE sequence=" + row();
      },
      [&] { return "UPDATE ledger SET status=status+1 WHERE sequence=" + row(); },
      [&] {
        return "UPDATE ledger SET time_us=time_us-" + std::to_string(1 + rng.below(9)) +
               " WHERE sequence=" + row();
      },
      [&] { return "UPDATE ledger SET link=randomblob(32) WHERE sequence=" + row(); },
      [&] { return "UPDATE ledger SET link=x'' WHERE sequence=" + row(); },
      [&] { return "DELETE FROM ledger WHERE sequence=" + row(); },
      [&] { return "DELETE FROM ledger WHERE sequence>=" + row(); },
      [&] { return "DELETE FROM ledger WHERE sequence<=" + row(); },
      [&] {  // Drop one and close the gap.
        const std::string at = row();
        return "DELETE FROM ledger WHERE sequence=" + at +
               "; UPDATE ledger SET sequence=-sequence WHERE sequence>" + at +
               "; UPDATE ledger SET sequence=-sequence-1 WHERE sequence<0";
      },
      [&] {  // Swap two rows, links and all.
        const std::uint64_t a = 1 + rng.below(kRows - 1);
        const std::string x = std::to_string(a);
        const std::string y = std::to_string(a + 1 + rng.below(kRows - a));
        return "UPDATE ledger SET sequence=-1 WHERE sequence=" + x +
               "; UPDATE ledger SET sequence=" + x + " WHERE sequence=" + y +
               "; UPDATE ledger SET sequence=" + y + " WHERE sequence=-1";
      },
      [&] {  // Move a value from one column to its neighbour.
        return "UPDATE ledger SET tenant=subject, subject=tenant WHERE sequence=" + row();
      },
      [&] {  // Repeat a row at the end.
        return "INSERT INTO ledger SELECT " + std::to_string(kRows + 1) +
               ", time_us, kind, request_id, subject, tenant, method, route, client, status,"
               " reason, rule, link FROM ledger WHERE sequence=" +
               row();
      },
      [&] { return "UPDATE ledger SET sequence=-sequence WHERE sequence=" + row(); },
      [&] {
        return "INSERT INTO ledger SELECT -sequence, time_us, kind, request_id, subject, tenant,"
               " method, route, client, status, reason, rule, link FROM ledger WHERE sequence=" +
               row();
      },
  };
  while (caught_ < 2'100 && !HasFatalFailure()) {
    expect_caught(kAttacks[rng.below(std::size(kAttacks))]());
  }
  EXPECT_GE(caught_, 2'000);
}

TEST_F(Tamper, AWeakerTableIsFound) {
  // Without STRICT a text column may hold a blob that reads the same.
  expect_caught(
      "CREATE TABLE weak AS SELECT * FROM ledger; DROP TABLE ledger;"
      "ALTER TABLE weak RENAME TO ledger; UPDATE ledger SET subject=CAST(subject AS BLOB)");
  expect_caught(
      "CREATE TABLE weak AS SELECT * FROM ledger; DROP TABLE ledger;"
      "ALTER TABLE weak RENAME TO ledger; UPDATE ledger SET status=status+4294967296");
}

TEST_F(Tamper, ATruncationIsFoundEvenWithANewHead) {
  // Every row's link is there to read, but the head needs the key.
  const auto rows = search_ledger(path_, {}).value();
  std::ifstream head_file(path_ + ".head");
  std::string head((std::istreambuf_iterator<char>(head_file)), {});
  const std::string mac = head.substr(head.rfind(' '));
  for (const LedgerRow& row : rows) {
    if (row.sequence == kRows) break;
    restore();
    attack("DELETE FROM ledger WHERE sequence>" + std::to_string(row.sequence));
    std::ofstream(path_ + ".head") << "lr-ledger-v1 " << row.sequence << " " << row.link << mac;
    EXPECT_FALSE(verify_ledger(path_, key())->intact);
    EXPECT_EQ(open_ledger(path_, key()).error().code(), Code::kConflict);
  }
}

TEST_F(Tamper, EveryByteOfTheHeadCounts) {
  std::ifstream head_file(path_ + ".head");
  const std::string head((std::istreambuf_iterator<char>(head_file)), {});
  for (std::size_t i = 0; i < head.size(); ++i) {
    std::string changed = head;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    std::ofstream(path_ + ".head") << changed;
    EXPECT_FALSE(verify_ledger(path_, key())->intact) << i;
  }
  std::ofstream(path_ + ".head") << head << "x";
  EXPECT_FALSE(verify_ledger(path_, key())->intact);
  fs::remove(path_ + ".head");
  EXPECT_FALSE(verify_ledger(path_, key())->intact);
  EXPECT_EQ(open_ledger(path_, key()).error().code(), Code::kConflict);
}

TEST_F(Tamper, ACutLedgerIsNotContinued) {
  attack("DELETE FROM ledger WHERE sequence>20");
  EXPECT_EQ(open_ledger(path_, key()).error().code(), Code::kConflict);
  restore();
  attack("UPDATE ledger SET reason='' WHERE sequence=24; UPDATE ledger SET link=x'00'");
  EXPECT_EQ(open_ledger(path_, key()).error().code(), Code::kConflict);
}

TEST_F(Tamper, DamageOfTheFileNeverPasses) {
  SeededRng rng(7);
  const auto rows = search_ledger(path_, {}).value();
  for (int round = 0; round < 200; ++round) {
    restore();
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::uint64_t>(fs::file_size(path_));
    file.seekp(static_cast<std::streamoff>(rng.below(size)));
    file.put(static_cast<char>(rng.below(256)));
    file.close();
    auto verdict = verify_ledger(path_, key());
    if (!verdict || !verdict->intact) continue;
    // A byte that belongs to no row: then every row must still read the same.
    auto again = search_ledger(path_, {});
    ASSERT_TRUE(again);
    ASSERT_EQ(again->size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ((*again)[i].link, rows[i].link);
  }
}

}  // namespace
}  // namespace lr::store
