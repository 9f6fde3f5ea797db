// One repository of a source: the named one, or a submodule's below .git/modules.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "secrets/document.h"
#include "secrets/git/delta_forest.h"
#include "secrets/git/git_source.h"
#include "secrets/git/layout.h"
#include "secrets/git/name_table.h"
#include "secrets/git/object_documents.h"
#include "secrets/git/object_store.h"
#include "secrets/git/pack_pass.h"
#include "secrets/git/refs.h"
#include "secrets/git/seen_objects.h"

namespace lr::secrets::git {

/// A submodule that an index has: which commit, and where.
struct SubmoduleLink {
  std::string path;
  ObjectId commit;
};

class RepositoryScan {
 public:
  /// `prefix` stands in front of paths of objects ("lib/"), `files` in front of those of the git
  /// directory (".git/modules/lib/"). `options` outlive it.
  RepositoryScan(Layout layout, std::string prefix, std::string files, const GitOptions& options,
                 Coverage& coverage);

  void read_everything(DocumentVisitor& visitor, Coverage& coverage);
  /// Blobs that an index has and HEAD's tree has not at that path.
  Result<> read_staged(DocumentVisitor& visitor, Coverage& coverage);
  /// Objects of the commits that HEAD reaches and `since` does not, and of no commit before them.
  Result<> read_since(DocumentVisitor& visitor, Coverage& coverage);

  const Layout& layout() const { return layout_; }
  const std::string& prefix() const { return prefix_; }
  const std::string& files() const { return files_; }
  ObjectStore& store() { return *store_; }
  const Refs& refs() const { return refs_; }
  const NameTable& names() const { return *names_; }
  /// Of each pack of the store; built when first asked for.
  const std::vector<DeltaForest>& forests();
  const std::vector<SubmoduleLink>& submodules() const { return submodules_; }
  /// Every object of the store but those that are a gap in the coverage; sorted, each once.
  std::vector<ObjectId> looked_at() const;

 private:
  class Filter;

  void build_forests(const DeltaForest::Share& share);
  void read_packs(PackPass::Of of, ObjectDocuments& documents, DocumentVisitor& visitor);
  void read_parts(PackPass& pass, ObjectDocuments& documents, DocumentVisitor& visitor);
  void read_loose(bool blobs, ObjectDocuments& documents);
  void read_index_names(const std::string& git_dir, ObjectDocuments& documents, Coverage& coverage);
  void read_ref_names(ObjectDocuments& documents);
  void read_files(ObjectDocuments& documents, Coverage& coverage);
  void read_large_files(ObjectDocuments& documents, Coverage& coverage);
  void report_absent(DocumentVisitor& visitor, Coverage& coverage);
  std::vector<NameTable::Row> absent_rows(DocumentVisitor& visitor);

  Layout layout_;
  std::string prefix_;
  std::string files_;
  const GitOptions& options_;
  SeenObjects seen_;
  std::unique_ptr<ObjectStore> store_;
  std::unique_ptr<NameTable> names_;
  Refs refs_;
  std::vector<DeltaForest> forests_;
  std::vector<ObjectId> loose_blobs_;  ///< Found while looking for trees and commits; sorted.
  std::vector<SubmoduleLink> submodules_;
  std::vector<ObjectId> unfinished_;  ///< Objects that the next scan has to look at again.
};

}  // namespace lr::secrets::git
