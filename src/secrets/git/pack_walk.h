// Reads trees of deltas of one pack, bases before what is built on them, each entry inflated once.
#pragma once

#include <cstdint>
#include <mutex>
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

/// What is still to be handed out of a pack. Walks of different trees may use it at the same time.
class Wanted {
 public:
  using Node = DeltaForest::Node;
  explicit Wanted(const DeltaForest& forest) : forest_(forest), flags_(forest.size(), 0) {}

  void add(Node node) { flags_[node] = kWanted | kNeeded; }
  /// To be called when all are added: bases of wanted nodes are needed. Returns for each node how
  /// many needed ones are built on it, itself included.
  std::vector<std::uint32_t> add_bases();
  /// Wanted when it was added, or a base of such a node.
  bool needed(Node node) const { return (flags_[node] & kNeeded) != 0; }
  /// Whether the node is wanted; says so once.
  bool take(Node node) {
    const bool wanted = (flags_[node] & kWanted) != 0;
    flags_[node] &= kNeeded;
    return wanted;
  }

 private:
  static constexpr std::uint8_t kWanted = 1;
  static constexpr std::uint8_t kNeeded = 2;

  const DeltaForest& forest_;
  std::vector<std::uint8_t> flags_;  ///< A byte each: neighbours may belong to other threads.
};

/// A walk on one thread. What it reads, deltas included, counts against a budget.
class PackWalk {
 public:
  using Node = DeltaForest::Node;
  /// `most`: the budget of the whole pack, as messages say it.
  struct Budget {
    std::uint64_t left = 0;
    std::uint64_t most = 0;
    /// A tree that does not fit is left for later: it counts nothing, and what of it was not
    /// handed out stays wanted. Otherwise it is given up.
    bool later = false;
  };
  /// `alone` is held from the first content over limits.alone_bytes to the end of its tree. All
  /// references outlive this.
  PackWalk(const Pack& pack, const DeltaForest& forest, Wanted& wanted, const ObjectLimits& limits,
           std::mutex& alone);

  void start(const Budget& budget, ObjectVisitor& visitor);
  /// Reads the tree below an object that stands there whole; false when it is left for later.
  bool walk_whole(Node root);
  /// The tree below a delta of which the base stands elsewhere.
  void walk_foreign(Node root, const StoredObject& base);
  /// Reports the node, and everything that is built on it.
  void give_up(Node node, const std::string& reason);
  /// Reports the node only.
  void give_up_alone(Node node, const std::string& reason);
  std::uint64_t spent() const { return spent_; }

 private:
  struct Frame {
    Node node;
    std::uint32_t next;  ///< The next child to look at.
    std::uint32_t last;  ///< The last child that is needed.
    Buffer content;
  };

  void walk_below(Node root, Buffer content);
  void push(Node node, Buffer content);
  Result<Buffer> room(std::uint64_t bytes);
  void walk_tree(Node root, Result<Buffer> content);
  Result<Buffer> read_whole(Node node);
  Result<Buffer> build(Node node, std::string_view base);
  void hand_out(Node node, std::string_view bytes, std::optional<Node> base);
  /// For later, or for good.
  void stop_at(Node node, const std::string& reason);
  Result<> spend(std::uint64_t bytes);
  void be_alone(std::uint64_t bytes);
  ObjectId id(Node node) const { return pack_.index().id(forest_.position(node)); }

  const Pack& pack_;
  const DeltaForest& forest_;
  Wanted& wanted_;
  const ObjectLimits& limits_;
  std::unique_lock<std::mutex> alone_;
  ObjectVisitor* visitor_ = nullptr;
  Budget budget_;
  std::uint64_t spent_ = 0;
  bool overdrawn_ = false;
  bool left_ = false;  ///< The tree that is being walked is for later.
  std::vector<Frame> stack_;
  BufferPool pool_;
  Inflater inflater_;
  Buffer delta_;
  std::vector<Range> changed_;
  ObjectType type_ = ObjectType::kNone;  ///< Of the tree that is being walked.
};

}  // namespace lr::secrets::git
