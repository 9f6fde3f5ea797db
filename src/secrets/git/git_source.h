// A git repository as a source: every object in its store, whoever still refers to it, and what
// else its git directory holds. docs/secrets-git.md says what that covers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "secrets/document.h"
#include "secrets/git/object_store.h"

namespace lr::secrets::git {

struct GitOptions {
  enum class Scope : std::uint8_t {
    kEverything,  ///< All objects, names and files.
    kStaged,      ///< What the index has and HEAD has not.
    kSince,       ///< What the commits of HEAD added that are not reachable from `since`.
  };
  Scope scope = Scope::kEverything;
  /// The index that kStaged reads: "" for the checkout's own, or the one that git says in
  /// GIT_INDEX_FILE while it runs a hook (`git commit -a` and `git commit FILE` make one).
  std::string index_file = {};
  std::string since = {};  ///< A ref name, a tag or a full or abbreviated commit id.
  /// File of the objects that an earlier read() has seen, or "". Those are not visited again; the
  /// file is for one `catalogue` (a digest of the rules) and is ignored under another.
  std::string seen_file = {};
  std::string catalogue = {};
  ObjectLimits limits = {};
};

/// Places of kGit documents: blobs have the path that a tree gives them; others say what they are
/// ("commit message", "commit author", "tag message", "file names", "ref names", ".git/config").
class GitSource final : public Source {
 public:
  /// `path`: a work tree, a git directory, or a linked worktree. kNotFound when it is no
  /// repository; kUnimplemented for an object format we do not know.
  static Result<std::unique_ptr<GitSource>> open(const std::string& path, GitOptions options = {});
  ~GitSource() override;

  /// Where the objects are, without links: the same for every worktree of a repository.
  const std::string& common_dir() const;
  Result<> read(DocumentVisitor& visitor, Coverage& coverage) override;
  void locate(std::span<Place*> places) override;
  /// After read(): writes what was seen to options.seen_file, replacing it in one step.
  Result<> save_seen() const;

 private:
  struct Impl;
  explicit GitSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::secrets::git
