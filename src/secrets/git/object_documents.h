// Objects to documents: blobs as they are, of commits and tags what people wrote, of trees the
// names. Nothing is said twice: a name or an author that was given before is left out.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "secrets/document.h"
#include "secrets/git/name_table.h"
#include "secrets/git/object_id.h"
#include "secrets/git/object_text.h"
#include "secrets/git/pack_walk.h"

namespace lr::secrets::git {

/// What a blob in place of a large file says (Git LFS specification, "The Pointer").
struct LfsPointer {
  ObjectId blob;
  std::string digest;  ///< SHA-256 in hexadecimal.
  std::string path;    ///< Of the blob.
};

class ObjectDocuments final : public ObjectVisitor {
 public:
  /// `prefix` stands in front of every path ("lib/" for a submodule). References outlive this.
  ObjectDocuments(HashKind kind, std::string prefix, NameTable& names, DocumentVisitor& visitor,
                  Coverage& coverage);
  /// For some of the objects of `whole`, on another thread: knows the paths that `whole` knows, and
  /// keeps what was perhaps said before for absorb(). Until settle(), `whole` is given no objects
  /// itself. `naming`: how many of them name others, about.
  ObjectDocuments(const ObjectDocuments& whole, DocumentVisitor& visitor, std::size_t naming);
  /// Takes over what `part` has learned, as if its objects had been given to this. What is left to
  /// say goes to `visitor`. Other parts may be at work meanwhile; `part` no longer is.
  void absorb(ObjectDocuments& part, DocumentVisitor& visitor);
  /// When no part is at work, for each of them after absorb(): what it could not read.
  void settle(const ObjectDocuments& part);

  void object(const ReadObject& object) override;
  void unreadable(const ObjectId& id, const std::string& reason) override;
  /// Objects of which every copy that was looked at so far could not be read.
  bool failed(const ObjectId& id) const { return failures_.contains(id); }
  /// Makes gaps of them, and returns them sorted.
  std::vector<ObjectId> report_failures();

  /// Hands out bytes that stand in no object: a ref name, a file of the git directory.
  void text(std::string_view path, std::string_view bytes);
  /// The same under a path that is whole already.
  void file(std::string_view path, std::string_view bytes);
  /// Hands out a blob, or the large file behind it, under a path that is known.
  void blob(const ObjectId& id, std::string_view path, std::string_view bytes);
  /// Commits of a shallow clone whose parents are absent for a reason; sorted.
  void set_shallow(std::span<const ObjectId> commits) { shallow_ = commits; }

  const std::string& prefix() const { return prefix_; }
  const std::vector<LfsPointer>& lfs_pointers() const { return lfs_pointers_; }

 private:
  void visit_commit(const ReadObject& object);
  void visit_tag(const ReadObject& object);
  void visit_tree(const ReadObject& object);
  void visit_blob(const ReadObject& object);
  std::string_view fresh_person(std::string_view line);
  void say_names(const ObjectId& tree, std::uint32_t begin, std::uint32_t end);
  void say_persons(const ObjectId& commit, std::string_view author, std::string_view committer);
  void hand_out(const ObjectId& id, std::string_view path, std::string_view bytes);
  Document document(const ObjectId& id, std::string_view path, std::string_view bytes);
  void note_lfs_pointer(const ObjectId& id, std::string_view bytes, std::string_view path);

  /// Names that no tree of this part had before.
  struct NewNames {
    ObjectId tree;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  /// The same for persons: views into persons_, empty for one who was there before.
  struct NewPersons {
    ObjectId commit;
    std::string_view author;
    std::string_view committer;
  };

  HashKind kind_;
  std::string prefix_;
  const ObjectDocuments* whole_ = nullptr;  ///< Of a part.
  std::unique_ptr<NameTable> own_names_;    ///< Of a part: what its trees say.
  Coverage own_coverage_;                   ///< Of a part.
  NameTable& names_;
  const NameTable& paths_;  ///< What blobs are called.
  DocumentVisitor* visitor_;
  Coverage& coverage_;
  std::vector<NewNames> new_names_;      ///< Of a part.
  std::vector<NewPersons> new_persons_;  ///< Of a part.
  std::vector<ObjectId> mended_;         ///< Of a part: read, and failures of `whole_`.
  std::unordered_map<ObjectId, std::string, ObjectIdHash> failures_;
  std::unordered_set<std::string> persons_;
  std::vector<LfsPointer> lfs_pointers_;
  std::span<const ObjectId> shallow_;
  std::string object_hex_;
  std::string path_;
};

}  // namespace lr::secrets::git
