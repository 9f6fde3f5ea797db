#include "secrets/git/delta_forest.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <utility>

namespace lr::secrets::git {
namespace {

/// Entries that are read in one go.
constexpr std::uint32_t kStretch = 8192;

}  // namespace

void DeltaForest::one_by_one(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t number = 0; number < count; ++number) work(number);
}

DeltaForest::DeltaForest(const Pack& pack, const Share& share) {
  sort_by_offset(pack.index());
  types_.assign(size(), ObjectType::kNone);
  const std::vector<Node> bases = find_bases(pack, share);
  by_position_ = {};
  link(bases);
  order_from_roots(bases);
  sort_children(bases);
}

/// By their digits, the lowest first: an index has them in the order of ids, which is none.
void DeltaForest::sort_by_offset(const PackIndex& index) {
  constexpr int kDigit = 11;
  constexpr std::size_t kDigits = 1ul << kDigit;
  positions_.resize(index.size());
  std::iota(positions_.begin(), positions_.end(), 0U);
  std::uint64_t most = 0;
  for (std::uint32_t i = 0; i < index.size(); ++i) most = std::max(most, index.offset(i));
  std::vector<std::uint32_t> sorted(index.size());
  for (int shift = 0; shift < 64 && most >> shift != 0; shift += kDigit) {
    const auto digit = [&](std::uint32_t i) { return index.offset(i) >> shift & (kDigits - 1); };
    std::array<std::uint32_t, kDigits + 1> begin{};
    for (const std::uint32_t i : positions_) ++begin[digit(i) + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    for (const std::uint32_t i : positions_) sorted[begin[digit(i)]++] = i;
    positions_.swap(sorted);
  }
  offsets_.reserve(index.size());
  for (const std::uint32_t i : positions_) offsets_.push_back(index.offset(i));
}

DeltaForest::Node DeltaForest::node_at(std::uint64_t offset) const {
  const auto found = std::ranges::lower_bound(offsets_, offset);
  if (found == offsets_.end() || *found != offset) return kNone;
  return static_cast<Node>(found - offsets_.begin());
}

DeltaForest::Node DeltaForest::node_of(const PackIndex& index, const ObjectId& id) {
  const auto position = index.find(id);
  if (!position) return kNone;
  if (by_position_.empty()) {
    by_position_.resize(size());
    for (Node node = 0; node < size(); ++node) by_position_[positions_[node]] = node;
  }
  return by_position_[*position];
}

/// Streams have checksums of their own, but the headers that say what they are have not.
bool DeltaForest::intact(const Pack& pack, Node node) const {
  const auto crc = pack.index().crc(positions_[node]);
  const std::uint64_t end = node + 1 < size() ? offsets_[node + 1ul] : pack.file().bytes().size();
  return !crc || pack.intact(offsets_[node], end, *crc);
}

/// The base of each delta; kNone for roots and for what is broken.
std::vector<DeltaForest::Node> DeltaForest::find_bases(const Pack& pack, const Share& share) {
  std::vector<Node> bases(size(), kNone);
  std::vector<Stretch> stretches((size() + kStretch - 1) / kStretch);
  share(stretches.size(), [&](std::size_t number) {
    const auto begin = static_cast<Node>(number * kStretch);
    const Node end = std::min(size(), begin + kStretch);
    for (Node node = begin; node < end; ++node) {
      read_entry(pack, node, stretches[number], bases);
    }
  });
  for (Stretch& stretch : stretches) {
    whole_.insert(whole_.end(), stretch.whole.begin(), stretch.whole.end());
    std::ranges::move(stretch.broken, std::back_inserter(broken_));
    for (const Foreign& delta : stretch.by_id) {
      bases[delta.node] = node_of(pack.index(), delta.base);
      if (bases[delta.node] == kNone) foreign_.push_back(delta);
    }
  }
  return bases;
}

/// Writes only what belongs to this node: others are read at the same time.
void DeltaForest::read_entry(const Pack& pack, Node node, Stretch& stretch,
                             std::vector<Node>& bases) {
  if (!intact(pack, node)) {
    stretch.broken.push_back({node, "entry does not match its checksum"});
    return;
  }
  const auto entry = pack.entry(offsets_[node]);
  if (!entry) {
    stretch.broken.push_back({node, entry.error().detail()});
    return;
  }
  switch (entry->form) {
    case PackEntry::Form::kWhole:
      types_[node] = entry->type;
      stretch.whole.push_back(node);
      break;
    case PackEntry::Form::kOffsetDelta:
      bases[node] = node_at(entry->base_offset);
      if (bases[node] == kNone) stretch.broken.push_back({node, "delta base is not an object"});
      break;
    case PackEntry::Form::kReferenceDelta:
      stretch.by_id.push_back({node, entry->base});
      break;
  }
}

void DeltaForest::link(const std::vector<Node>& bases) {
  first_child_.assign(size() + 1ul, 0);
  for (const Node base : bases) {
    if (base != kNone) ++first_child_[base + 1ul];
  }
  std::partial_sum(first_child_.begin(), first_child_.end(), first_child_.begin());
  children_.resize(first_child_.back());
  std::vector<std::uint32_t> next(first_child_.begin(), first_child_.end() - 1);
  for (Node node = 0; node < size(); ++node) {
    if (bases[node] != kNone) children_[next[bases[node]]++] = node;
  }
}

void DeltaForest::order_from_roots(const std::vector<Node>& bases) {
  order_.reserve(size());
  order_.assign(whole_.begin(), whole_.end());
  for (const Foreign& foreign : foreign_) order_.push_back(foreign.node);
  const std::size_t roots = order_.size();
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Node node = order_[i];
    if (i >= roots) types_[node] = types_[bases[node]];
    for (const Node child : children(node)) order_.push_back(child);
  }
  if (order_.size() != size()) find_unreached();
}

/// What no root leads to stands on a broken entry, or hangs on a loop of deltas that name each
/// other by id.
void DeltaForest::find_unreached() {
  std::vector<bool> known(size(), false);
  for (const Node node : order_) known[node] = true;
  for (const Broken& broken : broken_) known[broken.node] = true;
  for (Node node = 0; node < size(); ++node) {
    if (!known[node]) broken_.push_back({node, "delta chain ends in a broken entry or a loop"});
  }
}

void DeltaForest::sort_children(const std::vector<Node>& bases) {
  std::vector<std::uint32_t> weight(size(), 1);
  for (std::size_t i = order_.size(); i-- > 0;) {
    const Node base = bases[order_[i]];
    if (base != kNone) weight[base] += weight[order_[i]];
  }
  for (Node node = 0; node < size(); ++node) {
    if (first_child_[node + 1ul] - first_child_[node] < 2) continue;
    const auto begin = children_.begin() + first_child_[node];
    const auto end = children_.begin() + first_child_[node + 1ul];
    std::ranges::sort(begin, end, {}, [&](Node child) { return std::pair(weight[child], child); });
  }
}

}  // namespace lr::secrets::git
