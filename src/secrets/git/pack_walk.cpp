#include "secrets/git/pack_walk.h"

#include <algorithm>
#include <utility>

#include "secrets/git/delta.h"

namespace lr::secrets::git {

PackWalk::PackWalk(const Pack& pack, const DeltaForest& forest, ObjectStore& store)
    : pack_(pack), forest_(forest), store_(store), flags_(forest.size(), 0) {}

bool PackWalk::in_pass(Node root, bool blobs) const {
  return (forest_.type(root) == ObjectType::kBlob) == blobs;
}

void PackWalk::run(bool blobs, ObjectFilter& filter, ObjectVisitor& visitor) {
  visitor_ = &visitor;
  select(filter);
  for (const Node root : forest_.whole()) {
    if (in_pass(root, blobs) && needed(root)) walk_whole(root);
  }
  if (!blobs) {
    for (const auto& broken : forest_.broken()) give_up_alone(broken.node, broken.reason);
    return;
  }
  for (const auto& foreign : forest_.foreign()) {
    if (needed(foreign.node)) walk_foreign(foreign);
  }
}

void PackWalk::select(ObjectFilter& filter) {
  std::ranges::fill(flags_, 0);
  for (Node node = 0; node < forest_.size(); ++node) {
    // An index may list one id twice, for two copies of the object.
    const std::uint32_t row = forest_.position(node);
    if (row > 0 && pack_.index().id(row - 1) == id(node)) continue;
    if (filter.wants(id(node))) flags_[node] = kWanted | kNeeded;
  }
  const auto order = forest_.order();
  for (std::size_t i = order.size(); i-- > 0;) {
    for (const Node child : forest_.children(order[i])) flags_[order[i]] |= flags_[child] & kNeeded;
  }
}

void PackWalk::walk_whole(Node root) {
  type_ = forest_.type(root);
  auto content = read_whole(root);
  if (!content) return give_up(root, content.error().detail());
  hand_out(root, content->view(), std::nullopt);
  walk_below(root, std::move(*content));
}

void PackWalk::walk_foreign(const DeltaForest::Foreign& root) {
  auto base = store_.read(root.base);
  if (!base) return give_up(root.node, "delta base: " + base.error().detail());
  type_ = base->type;
  auto content = build(root.node, base->content.view());
  if (!content) return give_up(root.node, content.error().detail());
  // Nobody says that the base was handed out before, so this counts as a whole object.
  hand_out(root.node, content->view(), std::nullopt);
  walk_below(root.node, std::move(*content));
}

void PackWalk::push(Node node, Buffer content) {
  const auto children = forest_.children(node);
  std::uint32_t needed_end = 0;
  for (std::uint32_t i = 0; i < children.size(); ++i) {
    if (needed(children[i])) needed_end = i + 1;
  }
  if (needed_end == 0) return pool_.give(std::move(content));
  stack_.push_back({node, 0, needed_end - 1, std::move(content)});
}

void PackWalk::walk_below(Node root, Buffer content) {
  push(root, std::move(content));
  while (!stack_.empty()) {
    Frame& frame = stack_.back();
    const Node parent = frame.node;
    const std::uint32_t number = frame.next++;
    const Node child = forest_.children(parent)[number];
    const bool last = number == frame.last;
    if (!needed(child)) continue;
    auto built = build(child, frame.content.view());
    if (last) {
      pool_.give(std::move(frame.content));
      stack_.pop_back();
    }
    if (!built) {
      give_up(child, built.error().detail());
      continue;
    }
    hand_out(child, built->view(), parent);
    push(child, std::move(*built));
  }
}

Result<> PackWalk::spend(std::uint64_t bytes) {
  const ObjectLimits& limits = store_.limits();
  if (bytes > limits.object_bytes_max) {
    return fail(Code::kPayloadTooLarge, over_limit(bytes, limits.object_bytes_max));
  }
  spent_ += bytes;
  const std::uint64_t most =
      std::max(limits.pack_bytes_max, limits.pack_expansion_max * pack_.file().bytes().size());
  if (spent_ > most) {
    return fail(Code::kPayloadTooLarge, "pack " + pack_.name() + " expands to more than " +
                                            std::to_string(most) + " bytes");
  }
  return {};
}

Result<Buffer> PackWalk::read_whole(Node node) {
  LR_TRY(const PackEntry entry, pack_.entry(forest_.offset(node)));
  LR_TRY_VOID(spend(entry.size));
  Buffer content = pool_.take(entry.size);
  if (content.capacity() == 0) return fail(Code::kResourceExhausted, "out of memory");
  LR_TRY_VOID(inflater_.inflate(pack_.stream(entry), content.span()));
  return content;
}

/// What the node's delta makes of `base`; changed_ says what is new.
Result<Buffer> PackWalk::build(Node node, std::string_view base) {
  LR_TRY(const PackEntry entry, pack_.entry(forest_.offset(node)));
  LR_TRY_VOID(spend(entry.size));
  if (!delta_.resize(entry.size)) return fail(Code::kResourceExhausted, "out of memory");
  LR_TRY_VOID(inflater_.inflate(pack_.stream(entry), delta_.span()));
  LR_TRY(const DeltaHeader header, parse_delta_header(delta_.view()));
  LR_TRY_VOID(spend(header.result_size));
  Buffer content = pool_.take(header.result_size);
  if (content.capacity() == 0) return fail(Code::kResourceExhausted, "out of memory");
  LR_TRY_VOID(apply_delta(base, header, content.span(), changed_));
  return content;
}

void PackWalk::hand_out(Node node, std::string_view bytes, std::optional<Node> base) {
  if (!wanted(node)) return;
  ReadObject object{.type = type_, .id = id(node), .bytes = bytes, .base = {}, .changed = {}};
  if (base) {
    object.base = id(*base);
    object.changed = changed_;
  }
  visitor_->object(object);
}

void PackWalk::give_up_alone(Node node, const std::string& reason) {
  if (wanted(node)) visitor_->unreadable(id(node), reason);
}

/// The node, and everything that is built on it.
void PackWalk::give_up(Node node, const std::string& reason) {
  std::vector<Node> lost{node};
  while (!lost.empty()) {
    const Node next = lost.back();
    lost.pop_back();
    give_up_alone(next, next == node ? reason : "delta base cannot be read: " + reason);
    for (const Node child : forest_.children(next)) lost.push_back(child);
  }
}

}  // namespace lr::secrets::git
