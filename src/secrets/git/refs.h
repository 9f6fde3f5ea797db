// Names of commits: refs loose and packed, HEADs, and what reflogs remember (gitrepository-layout).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/document.h"
#include "secrets/git/layout.h"
#include "secrets/git/object_id.h"

namespace lr::secrets::git {

struct Ref {
  std::string name;  ///< "refs/heads/main", "HEAD", "worktrees/a/HEAD"
  ObjectId target;
};

struct Refs {
  std::vector<Ref> refs;             ///< Sorted by name; loose ones hide packed ones.
  std::vector<ObjectId> remembered;  ///< From reflogs, old and new values; sorted, each once.
  std::vector<ObjectId> shallow;     ///< Commits whose parents were not fetched; sorted.

  const Ref* find(std::string_view name) const;
};

/// Reads them all. What is there and cannot be read is a gap in the coverage; symbolic refs that
/// lead nowhere, or nest deeper than git allows, name no object.
Refs read_refs(const Layout& layout, Coverage& coverage);

/// The lines of a reflog or FETCH_HEAD without the ids they begin with: what people and commands
/// wrote.
std::string without_ids(std::string_view log, HashKind kind);

}  // namespace lr::secrets::git
