// Parts of a repository: what is staged, and what the commits after a revision added.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "secrets/git/folder.h"
#include "secrets/git/index_file.h"
#include "secrets/git/repository_scan.h"
#include "secrets/git/revision.h"

namespace lr::secrets::git {
namespace {

using Ids = std::unordered_set<ObjectId, ObjectIdHash>;

/// Paths of a commit's tree.
class Listing {
 public:
  explicit Listing(ObjectStore& store) : store_(store) {}

  Result<> add(const ObjectId& tree, const std::string& prefix, int depth) {
    if (depth > NameTable::kDepth) return fail(Code::kInvalidArgument, "trees nest too deep");
    LR_TRY(const StoredObject object, store_.read(tree));
    TreeReader reader(object.content.view(), store_.kind());
    for (TreeEntry entry; reader.next(entry);) {
      std::string path = prefix + std::string(entry.name);
      if (entry.is_tree()) {
        LR_TRY_VOID(add(entry.id, path + "/", depth + 1));
      } else {
        files_.emplace(std::move(path), entry.id);
      }
    }
    return {};
  }
  bool has(const std::string& path) const { return files_.contains(path); }
  bool has(const std::string& path, const ObjectId& id) const {
    const auto found = files_.find(path);
    return found != files_.end() && found->second == id;
  }

 private:
  ObjectStore& store_;
  std::unordered_map<std::string, ObjectId> files_;
};

/// The commits that `tip` reaches, itself included, as far as they are not in `known`. What is
/// absent ends the walk there.
class Ancestry {
 public:
  explicit Ancestry(ObjectStore& store) : store_(store) {}

  std::vector<ObjectId> walk(const ObjectId& tip, const Ids& known) {
    std::vector<ObjectId> found;
    std::vector<ObjectId> left{tip};
    Ids met;
    while (!left.empty()) {
      const ObjectId id = left.back();
      left.pop_back();
      if (known.contains(id) || !met.insert(id).second) continue;
      const auto object = store_.read(id);
      const auto commit = object && object->type == ObjectType::kCommit
                              ? parse_commit(object->content.view(), store_.kind())
                              : std::nullopt;
      if (!commit) {
        absent_.push_back(id);
        continue;
      }
      found.push_back(id);
      left.insert(left.end(), commit->parents.begin(), commit->parents.end());
    }
    return found;
  }
  const std::vector<ObjectId>& absent() const { return absent_; }

 private:
  ObjectStore& store_;
  std::vector<ObjectId> absent_;
};

/// Hands out the commits, trees and blobs that are not part of what was there before.
class Additions {
 public:
  Additions(ObjectStore& store, NameTable& names, ObjectDocuments& documents)
      : store_(store), names_(names), documents_(documents) {}

  /// The tree, and all below, is old.
  void old_tree(const ObjectId& tree, int depth) {
    if (depth > NameTable::kDepth || !known_.insert(tree).second) return;
    const auto object = store_.read(tree);
    if (!object) return;
    TreeReader reader(object->content.view(), store_.kind());
    const NameTable::Row row = names_.row(tree);
    for (TreeEntry entry; reader.next(entry);) {
      bool fresh = false;
      names_.call(entry.id, row, names_.intern(entry.name, fresh));
      if (entry.is_tree()) {
        old_tree(entry.id, depth + 1);
      } else {
        known_.insert(entry.id);
      }
    }
  }

  void new_commit(const ObjectId& id) {
    const auto object = hand_out(id);
    if (!object) return;
    if (const auto commit = parse_commit(object->content.view(), store_.kind())) {
      new_tree(commit->tree, 0);
    }
  }

  /// Blobs come last, when trees have said what they are called.
  void finish() {
    for (const ObjectId& blob : blobs_) hand_out(blob);
  }

 private:
  void new_tree(const ObjectId& tree, int depth) {
    if (depth > NameTable::kDepth || !known_.insert(tree).second) return;
    const auto object = hand_out(tree);
    if (!object) return;
    TreeReader reader(object->content.view(), store_.kind());
    for (TreeEntry entry; reader.next(entry);) {
      if (entry.is_submodule()) continue;
      if (entry.is_tree()) {
        new_tree(entry.id, depth + 1);
      } else if (known_.insert(entry.id).second) {
        blobs_.push_back(entry.id);
      }
    }
  }
  std::optional<StoredObject> hand_out(const ObjectId& id) {
    auto object = store_.read(id);
    if (!object) {
      documents_.unreadable(id, object.error().detail());
      return std::nullopt;
    }
    documents_.object({.type = object->type,
                       .id = id,
                       .bytes = object->content.view(),
                       .base = {},
                       .changed = {}});
    return std::move(*object);
  }

  ObjectStore& store_;
  NameTable& names_;
  ObjectDocuments& documents_;
  Ids known_;
  std::vector<ObjectId> blobs_;
};

std::optional<CommitText> commit_of(ObjectStore& store, const ObjectId& id) {
  const auto object = store.read(id);
  if (!object || object->type != ObjectType::kCommit) return std::nullopt;
  return parse_commit(object->content.view(), store.kind());
}

}  // namespace

Result<> RepositoryScan::read_staged(DocumentVisitor& visitor, Coverage& coverage) {
  ObjectDocuments documents(layout_.kind, prefix_, *names_, visitor, coverage);
  LR_TRY(const auto entries, read_index(layout_.git_dir, layout_.kind, options_.index_file));
  Listing head(*store_);
  if (const Ref* ref = head_of(layout_, refs_)) {
    const auto commit = commit_of(*store_, ref->target);
    if (!commit) return fail(Code::kUnavailable, "HEAD's commit cannot be read");
    LR_TRY_VOID(head.add(commit->tree, "", 0));
  }
  std::string fresh_paths;
  for (const IndexEntry& entry : entries) {
    if (entry.is_submodule() || entry.is_tree() || entry.intent_to_add) continue;
    if (head.has(entry.path, entry.id)) continue;
    if (!head.has(entry.path)) fresh_paths.append(entry.path).push_back('\n');
    bool fresh = false;
    names_->call(entry.id, NameTable::kNone, names_->intern(entry.path, fresh));
    const auto object = store_->read(entry.id);
    if (object) {
      ++coverage.objects;
      documents.blob(entry.id, entry.path, object->content.view());
    } else {
      coverage.skip(prefix_ + entry.path, object.error().detail());
    }
  }
  documents.text("index file names", fresh_paths);
  read_large_files(documents, coverage);
  return {};
}

Result<> RepositoryScan::read_since(DocumentVisitor& visitor, Coverage& coverage) {
  ObjectDocuments documents(layout_.kind, prefix_, *names_, visitor, coverage);
  const Ref* head = head_of(layout_, refs_);
  if (head == nullptr) return fail(Code::kNotFound, "HEAD has no commit yet");
  LR_TRY(const ObjectId since, find_commit(options_.since, layout_, refs_, *store_));
  const std::vector<ObjectId> before = Ancestry(*store_).walk(since, {});
  const Ids old(before.begin(), before.end());
  Ancestry ancestry(*store_);
  const std::vector<ObjectId> after = ancestry.walk(head->target, old);
  Additions additions(*store_, *names_, documents);
  for (const ObjectId& id : after) {
    const auto commit = commit_of(*store_, id);
    if (!commit) continue;
    for (const ObjectId& parent : commit->parents) {
      if (!old.contains(parent)) continue;
      if (const auto base = commit_of(*store_, parent)) additions.old_tree(base->tree, 0);
    }
  }
  for (const ObjectId& id : after) additions.new_commit(id);
  additions.finish();
  for (const ObjectId& id : ancestry.absent()) {
    if (std::ranges::binary_search(refs_.shallow, id)) continue;
    documents.unreadable(
        id, refs_.shallow.empty() ? "missing commit" : "missing commit (shallow clone)");
  }
  documents.report_failures();
  read_large_files(documents, coverage);
  return {};
}

}  // namespace lr::secrets::git
