// Where the parts of a repository are (gitrepository-layout): the git directory of a checkout, the
// common directory that linked worktrees share, and what the configuration says of its formats.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "secrets/git/config.h"
#include "secrets/git/object_id.h"

namespace lr::secrets::git {

struct Layout {
  std::string git_dir;     ///< Of the named checkout: has HEAD and index.
  std::string common_dir;  ///< Has objects, refs and config; git_dir itself but for worktrees.
  std::string work_tree;   ///< "" for a bare repository.
  Config config;
  HashKind kind = HashKind::kSha1;
  bool bare = false;
  bool partial = false;   ///< A partial clone: objects may be absent by promise.
  bool reftable = false;  ///< extensions.refStorage is reftable.

  std::string objects() const { return common_dir + "/objects"; }
  /// Git directories that have a HEAD and an index of their own: the common one, and those of
  /// linked worktrees.
  std::vector<std::string> checkouts() const;
};

/// Finds the repository whose work tree, git directory or linked worktree `path` is; does not
/// look at the folders above. Follows one ".git" file. Who owns the folder does not matter: nothing
/// that the repository configures is ever run.
/// kNotFound when there is none; kUnimplemented for an object format we do not know.
Result<Layout> find_repository(const std::string& path);

}  // namespace lr::secrets::git
