// What trees call the objects they hold: a path for each object without walking a commit, and the
// objects that are named and not there.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "secrets/git/object_id.h"

namespace lr::secrets::git {

/// Objects are known by the first eight bytes of their ids; the first name counts. 16 bytes a row
/// and 8 for its slot.
class NameTable {
 public:
  using Row = std::uint32_t;
  static constexpr Row kNone = 0xffffffffU;
  static constexpr std::size_t kRows = 64ul << 20;  ///< Further objects get no names.
  static constexpr int kDepth = 256;                ///< Folders of a path.

  explicit NameTable(std::size_t objects_expected);

  /// The number of the name; `fresh` says whether nobody had asked for it before.
  std::uint32_t intern(std::string_view name, bool& fresh);
  /// A row for the object, without a name if it is new.
  Row row(const ObjectId& id) { return row_of(id.prefix()); }
  /// Says that the tree of row `parent` calls the object so. No effect on an object that has a
  /// name already.
  void call(const ObjectId& id, Row parent, std::uint32_t name);
  /// The object is named by something that has no name for it: a commit its tree, a ref a commit.
  void expect(const ObjectId& id) { row(id); }

  /// Says all that `part` says, as if it had been said here from the start, after what was said
  /// before. Returns for each name of `part` whether nobody had asked for it here.
  std::vector<bool> absorb(const NameTable& part);

  /// How many names there are; they are numbered from 0 as they were first asked for.
  std::uint32_t names() const { return static_cast<std::uint32_t>(names_.size()); }
  std::string_view name(std::uint32_t number) const { return names_[number]; }
  /// "src/main.c"; "" for the root of a commit, and for an object nobody named.
  std::string path(const ObjectId& id) const;
  std::size_t size() const { return rows_.size(); }
  /// The first eight bytes of the id.
  std::array<std::uint8_t, 8> prefix(Row row) const {
    return std::bit_cast<std::array<std::uint8_t, 8>>(rows_[row].prefix);
  }
  std::string path_of(Row row) const;
  /// Whether both have the same path, or none.
  bool same_path(const ObjectId& a, const ObjectId& b) const;

 private:
  struct Entry {
    std::uint64_t prefix;
    Row parent;
    std::uint32_t name;
  };
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>{}(name);
    }
  };
  std::size_t slot(std::uint64_t prefix) const;
  Row row_of(std::uint64_t prefix);
  void call_row(Row row, Row parent, std::uint32_t name);
  bool has_name(Row row) const { return row != kNone && rows_[row].name != kNone; }
  void grow();

  std::vector<Entry> rows_;
  std::vector<Row> slots_;  ///< Open addressing; a power of two.
  std::vector<std::string_view> names_;
  std::unordered_map<std::string, std::uint32_t, NameHash, std::equal_to<>> numbers_;
};

}  // namespace lr::secrets::git
