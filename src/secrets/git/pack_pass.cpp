#include "secrets/git/pack_pass.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace lr::secrets::git {
namespace {

/// What reading an object costs besides its bytes.
constexpr std::uint64_t kObjectCost = 256;

}  // namespace

PackPass::PackPass(const Pack& pack, const DeltaForest& forest, ObjectStore& store, Of of,
                   ObjectFilter& filter)
    : pack_(pack), forest_(forest), store_(store), of_(of), wanted_(forest) {
  select(filter);
  const std::vector<std::uint32_t> objects = wanted_.add_bases();
  for (const Node root : forest_.whole()) {
    if (due(forest_.type(root)) && wanted_.needed(root)) roots_.push_back(root);
  }
  divide(costs(objects));
}

void PackPass::select(ObjectFilter& filter) {
  const PackIndex& index = pack_.index();
  const bool twins = index.has_twins();
  const bool all = filter.wants_all() && !twins;
  for (Node node = 0; node < forest_.size(); ++node) {
    const ObjectType type = forest_.type(node);
    if (type != ObjectType::kNone && !due(type)) continue;
    if (!all) {
      const std::uint32_t row = forest_.position(node);
      const ObjectId id = index.id(row);
      // An index may list one id twice, for two copies of the object.
      if (twins && row > 0 && index.id(row - 1) == id) continue;
      if (!filter.wants(id)) continue;
    }
    wanted_.add(node);
  }
}

std::uint64_t PackPass::most() const {
  const ObjectLimits& limits = store_.limits();
  return std::max(limits.pack_bytes_max, limits.pack_expansion_max * pack_.file().bytes().size());
}

/// Versions of a file are of about the same size, so a tree comes to its root's size times the
/// number of objects in it.
std::vector<PackPass::Cost> PackPass::costs(const std::vector<std::uint32_t>& objects) const {
  std::vector<Cost> costs;
  costs.reserve(roots_.size());
  for (const Node root : roots_) {
    const auto entry = pack_.entry(forest_.offset(root));
    const std::uint64_t size = entry ? std::min(entry->size, store_.limits().object_bytes_max) : 0;
    costs.push_back({objects[root],
                     static_cast<double>(objects[root]) * static_cast<double>(size + kObjectCost)});
  }
  return costs;
}

void PackPass::divide(const std::vector<Cost>& costs) {
  double all = 0;
  for (const Cost& cost : costs) all += cost.bytes;
  const std::size_t parts = of_ == Of::kBlobs ? kPartsOfBlobs : kPartsOfOthers;
  const double enough = std::max(all / static_cast<double>(parts), kPartCostMin);
  Part part;
  double collected = 0;
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    part.objects += costs[i].objects;
    part.end = i + 1;
    collected += costs[i].bytes;
    if (collected < enough && part.end < roots_.size()) continue;
    part.share = static_cast<std::uint64_t>(static_cast<double>(most()) * (collected / all));
    parts_.push_back(part);
    part = {.begin = part.end};
    collected = 0;
  }
}

std::unique_ptr<PackWalk> PackPass::take_walk() {
  const std::lock_guard lock(mutex_);
  if (walks_.empty()) {
    return std::make_unique<PackWalk>(pack_, forest_, wanted_, store_.limits(), alone_);
  }
  auto walk = std::move(walks_.back());
  walks_.pop_back();
  return walk;
}

void PackPass::give_walk(std::unique_ptr<PackWalk> walk) {
  const std::lock_guard lock(mutex_);
  walks_.push_back(std::move(walk));
}

void PackPass::read_part(std::size_t number, ObjectVisitor& visitor) {
  Part& part = parts_[number];
  auto walk = take_walk();
  walk->start({.left = part.share, .most = most(), .later = true}, visitor);
  part.stopped = part.begin;
  while (part.stopped < part.end && walk->walk_whole(roots_[part.stopped])) ++part.stopped;
  part.spent = walk->spent();
  give_walk(std::move(walk));
}

void PackPass::read_rest(ObjectVisitor& visitor) {
  std::uint64_t left = most();
  for (const Part& part : parts_) left -= std::min(left, part.spent);
  const auto taken = take_walk();
  PackWalk& walk = *taken;
  walk.start({.left = left, .most = most(), .later = false}, visitor);
  for (const Part& part : parts_) {
    for (std::size_t i = part.stopped; i < part.end; ++i) walk.walk_whole(roots_[i]);
  }
  if (of_ == Of::kOthers) {
    for (const auto& broken : forest_.broken()) walk.give_up_alone(broken.node, broken.reason);
    return;
  }
  for (const auto& foreign : forest_.foreign()) {
    if (!wanted_.needed(foreign.node)) continue;
    const auto base = store_.read(foreign.base);
    if (base) {
      walk.walk_foreign(foreign.node, *base);
    } else {
      walk.give_up(foreign.node, "delta base: " + base.error().detail());
    }
  }
}

void PackPass::read_all(ObjectVisitor& visitor) {
  for (std::size_t part = 0; part < parts(); ++part) read_part(part, visitor);
  read_rest(visitor);
}

}  // namespace lr::secrets::git
