#include "guard/ledger_key.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace lr::guard {
namespace {

class LedgerKeyTest : public testing::Test {
 protected:
  LedgerKeyTest() {
    folder_ = std::filesystem::temp_directory_path() / ("ledger-key-" + rng_.hex(8));
    std::filesystem::create_directory(folder_);
    ledger_ = (folder_ / "ledger.db").string();
  }
  ~LedgerKeyTest() override { std::filesystem::remove_all(folder_); }
  SystemRng rng_;
  std::filesystem::path folder_;
  std::string ledger_;
};

TEST_F(LedgerKeyTest, IsMadeOnceForItsOwnerOnly) {
  const auto first = local_ledger_key(ledger_, rng_);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->expose().size(), 64U);
  const auto again = local_ledger_key(ledger_, rng_);
  EXPECT_EQ(again->expose(), first->expose());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(ledger_ + ".key").permissions(),
            perms::owner_read | perms::owner_write);
}

TEST_F(LedgerKeyTest, ALostKeyIsNotReplacedSilently) {
  std::ofstream(std::filesystem::path(ledger_)) << "x";
  EXPECT_FALSE(local_ledger_key(ledger_, rng_).has_value());
}

TEST_F(LedgerKeyTest, ADamagedKeyIsRefused) {
  std::ofstream(std::filesystem::path(ledger_ + ".key")) << "short";
  EXPECT_FALSE(local_ledger_key(ledger_, rng_).has_value());
}

TEST_F(LedgerKeyTest, AFolderThatIsMissingIsNamed) {
  const auto key = local_ledger_key((folder_ / "none" / "ledger.db").string(), rng_);
  ASSERT_FALSE(key.has_value());
  EXPECT_NE(key.error().detail().find("none/ledger.db.key"), std::string::npos);
}

}  // namespace
}  // namespace lr::guard
