// Reads the objects of one pack, bases before what is built on them, each entry inflated once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/document.h"
#include "secrets/git/buffer.h"
#include "secrets/git/delta_forest.h"
#include "secrets/git/inflate.h"
#include "secrets/git/object_store.h"
#include "secrets/git/pack.h"

namespace lr::secrets::git {

/// One object as it was read; views live only during the call.
struct ReadObject {
  ObjectType type = ObjectType::kNone;
  ObjectId id;
  std::string_view bytes;
  /// When the object was built on another one of this pack: which, and what is new in it (see
  /// apply_delta). The base was read before: in this walk, or, if nobody wanted it, never handed
  /// out.
  std::optional<ObjectId> base;
  std::span<const Range> changed;
};

class ObjectVisitor {
 public:
  virtual ~ObjectVisitor() = default;
  virtual void object(const ReadObject& object) = 0;
  /// Once for every wanted object that could not be read.
  virtual void unreadable(const ObjectId& id, const std::string& reason) = 0;
};

/// Which objects of a pack a walk hands out. What it needs on the way is read silently.
class ObjectFilter {
 public:
  virtual ~ObjectFilter() = default;
  virtual bool wants(const ObjectId& id) = 0;
};

class PackWalk {
 public:
  /// All outlive it. `store` serves bases that stand outside the pack.
  PackWalk(const Pack& pack, const DeltaForest& forest, ObjectStore& store);

  /// Reads what `filter` wants of the trees whose root is a whole object of a type for which
  /// `blobs` is right. Trees on foreign bases belong to the walk of blobs; entries that are broken
  /// are reported by the other, so that a copy elsewhere can take their place.
  void run(bool blobs, ObjectFilter& filter, ObjectVisitor& visitor);

 private:
  using Node = DeltaForest::Node;
  struct Frame {
    Node node;
    std::uint32_t next;  ///< The next child to look at.
    std::uint32_t last;  ///< The last child that is needed.
    Buffer content;
  };

  void select(ObjectFilter& filter);
  bool in_pass(Node root, bool blobs) const;
  void walk_whole(Node root);
  void walk_foreign(const DeltaForest::Foreign& root);
  void walk_below(Node root, Buffer content);
  void push(Node node, Buffer content);
  Result<Buffer> read_whole(Node node);
  Result<Buffer> build(Node node, std::string_view base);
  void hand_out(Node node, std::string_view bytes, std::optional<Node> base);
  void give_up(Node node, const std::string& reason);
  void give_up_alone(Node node, const std::string& reason);
  Result<> spend(std::uint64_t bytes);
  ObjectId id(Node node) const { return pack_.index().id(forest_.position(node)); }
  bool wanted(Node node) const { return (flags_[node] & kWanted) != 0; }
  bool needed(Node node) const { return (flags_[node] & kNeeded) != 0; }

  static constexpr std::uint8_t kWanted = 1;
  static constexpr std::uint8_t kNeeded = 2;  ///< Wanted, or a base of something wanted.

  const Pack& pack_;
  const DeltaForest& forest_;
  ObjectStore& store_;
  ObjectVisitor* visitor_ = nullptr;
  std::vector<std::uint8_t> flags_;
  std::vector<Frame> stack_;
  BufferPool pool_;
  Inflater inflater_;
  Buffer delta_;
  std::vector<Range> changed_;
  ObjectType type_ = ObjectType::kNone;  ///< Of the tree that is being walked.
  std::uint64_t spent_ = 0;
};

}  // namespace lr::secrets::git
