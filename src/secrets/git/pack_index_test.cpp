#include "secrets/git/pack_index.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "base/rng.h"

namespace lr::secrets::git {
namespace {

/// Ids that are spread evenly, or, with `crowded`, almost all beside each other.
std::vector<PackIndex::Entry> entries(Rng& rng, std::size_t count, bool crowded) {
  std::vector<PackIndex::Entry> all(count);
  for (PackIndex::Entry& entry : all) {
    for (std::size_t i = 0; i < 20; ++i) {
      entry.id.bytes[i] = static_cast<std::uint8_t>(rng.below(crowded && i < 6 ? 2 : 256));
    }
    entry.offset = rng.below(1ull << 40);
  }
  return all;
}

TEST(PackIndex, FindsWhatItHoldsAndNothingElse) {
  SeededRng rng(5);
  for (const bool crowded : {false, true}) {
    for (const std::size_t count :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{40}, std::size_t{5'000}}) {
      const auto all = entries(rng, count, crowded);
      const PackIndex index = PackIndex::of(all, HashKind::kSha1);
      for (const auto& entry : all) {
        const auto row = index.find(entry.id);
        ASSERT_TRUE(row.has_value());
        EXPECT_EQ(index.offset(*row), entry.offset);
        ObjectId other = entry.id;
        other.bytes[19] ^= 1U;
        EXPECT_FALSE(index.find(other).has_value());
        EXPECT_TRUE(index.has_prefix({entry.id.bytes[0], entry.id.bytes[1], entry.id.bytes[2],
                                      entry.id.bytes[3], entry.id.bytes[4], entry.id.bytes[5],
                                      entry.id.bytes[6], entry.id.bytes[7]}));
      }
      for (const auto& absent : entries(rng, 200, crowded)) {
        EXPECT_FALSE(index.find(absent.id).has_value());
      }
      ObjectId end;
      EXPECT_FALSE(index.find(end).has_value());
      end.bytes.fill(0xff);
      EXPECT_FALSE(index.find(end).has_value());
    }
  }
}

TEST(PackIndex, KnowsWhetherAnIdStandsThereTwice) {
  SeededRng rng(6);
  auto all = entries(rng, 300, false);
  EXPECT_FALSE(PackIndex::of(all, HashKind::kSha1).has_twins());
  all.push_back(all[170]);
  EXPECT_TRUE(PackIndex::of(all, HashKind::kSha1).has_twins());
}

}  // namespace
}  // namespace lr::secrets::git
