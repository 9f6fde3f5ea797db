#include "secrets/git/name_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"

namespace lr::secrets::git {
namespace {

/// A tree that says something: which, of what, and under which name.
struct Saying {
  ObjectId tree;
  ObjectId object;
  std::string name;  ///< "" for an object that is only expected.
};

ObjectId id_of(std::uint64_t number) {
  ObjectId id;
  id.bytes[0] = static_cast<std::uint8_t>(number);
  id.bytes[7] = static_cast<std::uint8_t>(number >> 8U);
  return id;
}

std::vector<Saying> sayings(Rng& rng, std::size_t count) {
  std::vector<Saying> all(count);
  for (Saying& one : all) {
    one.tree = id_of(rng.below(200));
    one.object = id_of(rng.below(400));
    if (rng.below(5) != 0) one.name = rng.hex(1 + rng.below(2));
  }
  return all;
}

/// Returns the names that were new, in their order.
std::vector<std::string> say(NameTable& names, std::span<const Saying> sayings) {
  std::vector<std::string> fresh_names;
  for (const Saying& one : sayings) {
    if (one.name.empty()) {
      names.expect(one.object);
      continue;
    }
    const NameTable::Row row = names.row(one.tree);
    bool fresh = false;
    names.call(one.object, row, names.intern(one.name, fresh));
    if (fresh) fresh_names.push_back(one.name);
  }
  return fresh_names;
}

std::vector<std::string> rows(const NameTable& names) {
  std::vector<std::string> all;
  for (NameTable::Row row = 0; row < names.size(); ++row) {
    const auto id = names.prefix(row);
    all.push_back(std::to_string(id[0]) + " " + std::to_string(id[7]) + " " + names.path_of(row));
  }
  return all;
}

TEST(NameTable, TheFirstNameCounts) {
  NameTable names(0);
  bool fresh = false;
  const NameTable::Row root = names.row(id_of(1));
  names.call(id_of(2), root, names.intern("src", fresh));
  EXPECT_TRUE(fresh);
  names.call(id_of(3), names.row(id_of(2)), names.intern("a.c", fresh));
  names.call(id_of(3), root, names.intern("b.c", fresh));
  EXPECT_EQ(names.path(id_of(3)), "src/a.c");
  EXPECT_EQ(names.path(id_of(1)), "");
  EXPECT_EQ(names.path(id_of(9)), "");
  names.intern("a.c", fresh);
  EXPECT_FALSE(fresh);
}

TEST(NameTable, PartsComeToWhatOneTableSays) {
  SeededRng rng(77);
  for (int round = 0; round < 200; ++round) {
    const std::vector<Saying> all = sayings(rng, 1 + rng.below(600));
    NameTable expected(0);
    const auto expected_fresh = say(expected, all);
    NameTable whole(0);
    std::vector<std::string> fresh_names;
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t size = std::min<std::size_t>(all.size() - at, 1 + rng.below(200));
      NameTable part(0);
      say(part, std::span(all).subspan(at, size));
      const std::vector<bool> fresh = whole.absorb(part);
      for (std::uint32_t name = 0; name < part.names(); ++name) {
        if (fresh[name]) fresh_names.emplace_back(part.name(name));
      }
      at += size;
    }
    ASSERT_EQ(rows(whole), rows(expected));
    ASSERT_EQ(fresh_names, expected_fresh);
  }
}

}  // namespace
}  // namespace lr::secrets::git
