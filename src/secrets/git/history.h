// The commits of a repository with their trees, as far as one needs to know to say where some
// objects come from: made in one pass over the packs, each tree inflated once.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "secrets/git/name_table.h"
#include "secrets/git/object_text.h"
#include "secrets/git/pack_pass.h"
#include "secrets/git/repository_scan.h"

namespace lr::secrets::git {

/// How an object can still be reached, strongest first.
enum class Reach : std::uint8_t { kPublished, kLocal, kReflog, kUnreachable };
std::string_view reach_name(Reach reach);
/// What a ref says of all that it reaches.
Reach reach_of(std::string_view ref, bool bare);

class History final : private ObjectVisitor {
 public:
  using Number = std::uint32_t;  ///< Of a commit, in the order of commits().
  using Row = NameTable::Row;    ///< Of any object.
  static constexpr std::uint32_t kNone = NameTable::kNone;

  struct Commit {
    ObjectId id;
    ObjectId tree;
    std::int64_t time = 0;  ///< Of its author.
    std::uint32_t first_parent = 0;
    std::uint32_t parents = 0;
    Reach reach = Reach::kUnreachable;
    std::uint32_t ref = kNone;  ///< In the refs of the repository: one that reaches it.
  };
  /// A target that a tree holds.
  struct Holding {
    Row tree = kNone;
    std::uint32_t target = 0;
  };
  struct Tag {
    ObjectId target;
    std::string tagger;
  };

  /// Reads all commits, tags and trees of the repository. `targets` are the objects to look for.
  History(RepositoryScan& scan, const std::vector<ObjectId>& targets);

  const std::vector<Commit>& commits() const { return commits_; }
  /// Strongest reach first, and of these parents before children, then by author date.
  const std::vector<Number>& order() const { return order_; }
  Number commit(const ObjectId& id) const;  ///< kNone when it is none.
  const Tag* tag(const ObjectId& id) const;
  /// What the object is in the end, tags followed.
  ObjectId peeled(ObjectId id) const;
  /// Of a tree that was read: the trees in it.
  std::span<const Row> subtrees(Row tree) const;
  /// The targets a tree holds, or is.
  std::span<const Holding> holdings(Row tree) const;
  Row row(const ObjectId& id) { return rows_.row(id); }
  std::size_t rows() const { return rows_.size(); }

 private:
  void object(const ReadObject& object) override;
  void unreadable(const ObjectId&, const std::string&) override {}
  void add_commit(const ReadObject& object);
  void add_tree(const ReadObject& object);
  void read_all();
  void label(const ObjectId& tip, Reach reach, std::uint32_t ref);
  void label_all();
  void sort_commits();
  std::vector<std::uint32_t> generations() const;
  std::uint32_t target(const ObjectId& id) const;

  struct Span {
    std::uint64_t begin = 0;
    std::uint32_t size = 0;
  };

  RepositoryScan& scan_;
  NameTable rows_;
  std::unordered_map<ObjectId, std::uint32_t, ObjectIdHash> targets_;
  std::bitset<65536> maybe_target_;  ///< By the first two bytes: most entries are no target.
  std::vector<Commit> commits_;
  std::vector<ObjectId> parents_;
  std::unordered_map<ObjectId, Number, ObjectIdHash> numbers_;
  std::unordered_map<ObjectId, Tag, ObjectIdHash> tags_;
  std::vector<Row> subtrees_;
  std::vector<Span> spans_;  ///< Of each row in subtrees_.
  std::vector<Holding> holdings_;
  std::vector<Number> order_;
};

}  // namespace lr::secrets::git
