// The index, also called staging area (gitformat-index), versions 2 to 4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/git/object_id.h"

namespace lr::secrets::git {

struct IndexEntry {
  std::string path;  ///< "" for entries of a split index that stand for one of the shared index.
  ObjectId id;
  std::uint32_t mode = 0;
  unsigned stage = 0;          ///< 0, or 1 to 3 in a conflict.
  bool intent_to_add = false;  ///< `git add -N`: has no content yet.

  bool is_submodule() const { return mode == 0160000; }
  bool is_tree() const { return mode == 040000; }  ///< A folder left out by a sparse index.
};

/// kInvalidArgument when it is not an index or is cut short.
Result<std::vector<IndexEntry>> parse_index(std::string_view bytes, HashKind kind);
/// Reads `git_dir`/index, and with a split index the shared one too, whose replaced and deleted
/// entries are left in: a scan of staged contents looks at a few too many. Empty without an index.
/// `file` is another index of the same checkout, as `git commit -a` makes it; it has to be there.
Result<std::vector<IndexEntry>> read_index(const std::string& git_dir, HashKind kind,
                                           const std::string& file = "");

}  // namespace lr::secrets::git
