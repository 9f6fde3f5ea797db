// Reading a checked file: a node, its shape and its path in one value. check_shape() has reported
// whatever is wrong by then, so a missing or malformed value simply reads as the fallback. Asking
// for a key that the table of shapes does not hold is a bug and aborts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "contract/problems.h"
#include "contract/shape.h"

namespace lr::contract {

class Reader {
 public:
  struct Entry;

  /// `node` may be null: nothing there. Everything passed must outlive the reader.
  Reader(const text::YamlNode* node, const Shape& shape, std::string path, Problems& problems);

  /// Present and of a fitting kind.
  explicit operator bool() const { return node_ != nullptr; }
  bool is_map() const { return node_ != nullptr && node_->is_map(); }
  bool is_scalar() const { return node_ != nullptr && node_->is_scalar(); }
  const text::YamlNode* node() const { return node_; }
  Mark mark() const { return node_ != nullptr ? node_->mark : Mark{}; }
  const std::string& path() const { return path_; }

  Reader at(std::string_view key) const;
  /// The elements of a list; a single value where a list may stand is its only element.
  std::vector<Reader> items() const;
  /// The element at that position of a list.
  Reader item(std::size_t index) const;
  /// The named entries of a kNamed map.
  std::vector<Entry> entries() const;

  std::string text(std::string_view fallback = {}) const;
  std::optional<std::string> optional_text() const;
  bool flag(bool fallback) const;
  std::uint64_t count(std::uint64_t fallback) const;
  std::size_t size(std::size_t fallback) const;
  milliseconds duration(milliseconds fallback) const;
  seconds whole_seconds(seconds fallback) const;
  std::vector<std::string> texts() const;

  void error(std::string message) const;
  void warning(std::string message) const;
  Problems& problems() const { return *problems_; }

 private:
  const text::YamlNode* node_;
  const Shape* shape_;
  std::string path_;
  Problems* problems_;
};

struct Reader::Entry {
  std::string name;
  Mark mark;
  Reader value;
};

}  // namespace lr::contract
