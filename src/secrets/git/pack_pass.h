// One pass over a pack: what is wanted of its blobs, or of everything else, in parts that may be
// read at the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "secrets/git/delta_forest.h"
#include "secrets/git/object_store.h"
#include "secrets/git/pack.h"
#include "secrets/git/pack_walk.h"

namespace lr::secrets::git {

/// Which objects of a pack a pass hands out. What it needs on the way is read silently.
class ObjectFilter {
 public:
  virtual ~ObjectFilter() = default;
  virtual bool wants(const ObjectId& id) = 0;
  /// True when wants() is, for every object of the pack: saves the questions.
  virtual bool wants_all() const { return false; }
};

class PackPass {
 public:
  enum class Of : std::uint8_t { kBlobs, kOthers };

  /// Trees whose root is a whole object of that kind. Trees on foreign bases belong to the pass of
  /// blobs; entries that are broken are reported by the other, so that a copy elsewhere can take
  /// their place. `store` serves the foreign bases; it, the pack and its forest outlive this.
  PackPass(const Pack& pack, const DeltaForest& forest, ObjectStore& store, Of of,
           ObjectFilter& filter);

  /// At most kPartsOfBlobs or kPartsOfOthers, and the same whoever reads them: what is read and
  /// what is over the limit depends on nothing but the pack.
  std::size_t parts() const { return parts_.size(); }
  /// Objects of the part that may name others, about.
  std::size_t naming(std::size_t part) const {
    return of_ == Of::kOthers ? parts_[part].objects : 0;
  }
  /// Each part once, from any thread, also several at a time.
  void read_part(std::size_t part, ObjectVisitor& visitor);
  /// When all parts are read: trees that did not fit their part's share of the limit, and all that
  /// is in no part.
  void read_rest(ObjectVisitor& visitor);
  /// All of it, on one thread.
  void read_all(ObjectVisitor& visitor);

  static constexpr std::size_t kPartsOfBlobs = 64;
  static constexpr std::size_t kPartsOfOthers = 32;
  static constexpr double kPartCostMin = 256 << 10;  ///< In bytes that are read.

 private:
  using Node = DeltaForest::Node;
  /// A stretch of roots_.
  struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t objects = 0;
    std::uint64_t share = 0;  ///< Of the limit.
    std::uint64_t spent = 0;
    std::size_t stopped = 0;  ///< Roots from here on are left to read_rest().
  };

  struct Cost {
    std::size_t objects = 0;
    double bytes = 0;
  };

  void select(ObjectFilter& filter);
  /// Of each tree. `objects`: see Wanted::add_bases().
  std::vector<Cost> costs(const std::vector<std::uint32_t>& objects) const;
  void divide(const std::vector<Cost>& costs);
  bool due(ObjectType type) const { return (type == ObjectType::kBlob) == (of_ == Of::kBlobs); }
  std::unique_ptr<PackWalk> take_walk();
  void give_walk(std::unique_ptr<PackWalk> walk);
  std::uint64_t most() const;

  const Pack& pack_;
  const DeltaForest& forest_;
  ObjectStore& store_;
  Of of_;
  Wanted wanted_;
  std::vector<Node> roots_;  ///< Whole objects of this pass.
  std::vector<Part> parts_;
  std::mutex alone_;                              ///< Of the walk that has large contents.
  std::mutex mutex_;                              ///< Guards what follows.
  std::vector<std::unique_ptr<PackWalk>> walks_;  ///< Not at work; they keep their memory.
};

}  // namespace lr::secrets::git
