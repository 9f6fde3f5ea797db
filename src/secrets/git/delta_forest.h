// The entries of a pack as trees, every delta below its base, so that each entry is inflated once.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "secrets/git/object_id.h"
#include "secrets/git/pack.h"

namespace lr::secrets::git {

/// Entries are numbered by their place in the pack file. Takes about 32 bytes for each.
class DeltaForest {
 public:
  using Node = std::uint32_t;
  static constexpr Node kNone = std::numeric_limits<Node>::max();

  /// A delta whose base stands in another pack or alone: the root of a tree here.
  struct Foreign {
    Node node = kNone;
    ObjectId base;
  };
  /// An entry that is part of no tree; those built on it are listed too.
  struct Broken {
    Node node = kNone;
    std::string reason;
  };

  /// Calls a function with each number below a count, perhaps several at a time.
  using Share = std::function<void(std::size_t count, const std::function<void(std::size_t)>&)>;

  /// Reads every entry once to check it; `share` spreads that.
  explicit DeltaForest(const Pack& pack, const Share& share = one_by_one);

  std::uint32_t size() const { return static_cast<std::uint32_t>(offsets_.size()); }
  std::uint64_t offset(Node node) const { return offsets_[node]; }
  /// The entry's row in the pack's index.
  std::uint32_t position(Node node) const { return positions_[node]; }
  /// kNone for trees whose root is a foreign delta.
  ObjectType type(Node node) const { return types_[node]; }
  /// Smallest tree first, largest last: whoever lets go of the base before the last child holds
  /// at most log2(size()) contents at a time, however long the chains are.
  std::span<const Node> children(Node node) const {
    return std::span(children_).subspan(first_child_[node],
                                        first_child_[node + 1] - first_child_[node]);
  }
  std::span<const Node> whole() const { return whole_; }
  std::span<const Foreign> foreign() const { return foreign_; }
  std::span<const Broken> broken() const { return broken_; }
  /// Every node of a tree, bases before what is built on them.
  std::span<const Node> order() const { return order_; }

 private:
  /// What stands in a stretch of the pack.
  struct Stretch {
    std::vector<Node> whole;
    std::vector<Foreign> by_id;  ///< Deltas whose base may be here or not.
    std::vector<Broken> broken;
  };

  static void one_by_one(std::size_t count, const std::function<void(std::size_t)>& work);
  void sort_by_offset(const PackIndex& index);
  bool intact(const Pack& pack, Node node) const;
  std::vector<Node> find_bases(const Pack& pack, const Share& share);
  void read_entry(const Pack& pack, Node node, Stretch& stretch, std::vector<Node>& bases);
  Node node_at(std::uint64_t offset) const;
  Node node_of(const PackIndex& index, const ObjectId& id);
  void link(const std::vector<Node>& bases);
  void order_from_roots(const std::vector<Node>& bases);
  void find_unreached();
  void sort_children(const std::vector<Node>& bases);

  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint32_t> positions_;
  std::vector<Node> by_position_;  ///< Filled when a delta names its base by id.
  std::vector<ObjectType> types_;
  std::vector<std::uint32_t> first_child_;  ///< Of each node in children_, and one at the end.
  std::vector<Node> children_;
  std::vector<Node> whole_;
  std::vector<Foreign> foreign_;
  std::vector<Broken> broken_;
  std::vector<Node> order_;
};

}  // namespace lr::secrets::git
