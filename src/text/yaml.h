// YAML with places. A small, strict subset view over yaml-cpp: scalars, sequences and maps with
// unique string keys; no anchors, aliases, tags or merge keys; bounded size and depth.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::text {

/// A place in a file, both counted from 1.
struct Mark {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(const Mark&, const Mark&) = default;
};

struct YamlEntry;

struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  Mark mark;
  std::string scalar;              ///< For kScalar.
  bool quoted = false;             ///< "5" is a string, 5 a number.
  std::vector<YamlNode> items;     ///< For kSequence.
  std::vector<YamlEntry> entries;  ///< For kMap, in file order.

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  const YamlNode* find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Mark mark;
  YamlNode value;
};

/// Errors: kInvalidArgument with detail "file:line:column: why".
Result<YamlNode> parse_yaml(std::string_view text, std::string_view file_name);

}  // namespace lr::text
