#include "secrets/git/pack_walk.h"

#include <fmt/format.h>

#include <utility>

#include "secrets/git/delta.h"

namespace lr::secrets::git {

std::vector<std::uint32_t> Wanted::add_bases() {
  std::vector<std::uint32_t> above(flags_.size(), 0);
  const auto order = forest_.order();
  for (std::size_t i = order.size(); i-- > 0;) {
    const Node node = order[i];
    std::uint32_t count = 0;
    for (const Node child : forest_.children(node)) count += above[child];
    if (count > 0) flags_[node] |= kNeeded;
    if (needed(node)) above[node] = count + 1;
  }
  return above;
}

PackWalk::PackWalk(const Pack& pack, const DeltaForest& forest, Wanted& wanted,
                   const ObjectLimits& limits, std::mutex& alone)
    : pack_(pack),
      forest_(forest),
      wanted_(wanted),
      limits_(limits),
      alone_(alone, std::defer_lock) {}

void PackWalk::start(const Budget& budget, ObjectVisitor& visitor) {
  budget_ = budget;
  visitor_ = &visitor;
  spent_ = 0;
  overdrawn_ = false;
}

bool PackWalk::walk_whole(Node root) {
  const std::uint64_t before = spent_;
  type_ = forest_.type(root);
  walk_tree(root, read_whole(root));
  if (!left_) return true;
  left_ = false;
  overdrawn_ = false;
  spent_ = before;
  return false;
}

void PackWalk::walk_foreign(Node root, const StoredObject& base) {
  type_ = base.type;
  // Nobody says that the base was handed out before, so this counts as a whole object.
  walk_tree(root, build(root, base.content.view()));
}

void PackWalk::walk_tree(Node root, Result<Buffer> content) {
  if (content) {
    hand_out(root, content->view(), std::nullopt);
    walk_below(root, std::move(*content));
  } else {
    stop_at(root, content.error().detail());
  }
  if (!alone_.owns_lock()) return;
  delta_ = {};
  alone_.unlock();
}

void PackWalk::be_alone(std::uint64_t bytes) {
  if (bytes > limits_.alone_bytes && !alone_.owns_lock()) alone_.lock();
}

/// Spends the bytes and finds a buffer of that size.
Result<Buffer> PackWalk::room(std::uint64_t bytes) {
  LR_TRY_VOID(spend(bytes));
  be_alone(bytes);
  Buffer content = pool_.take(bytes);
  if (content.capacity() == 0) return fail(Code::kResourceExhausted, "out of memory");
  return content;
}

void PackWalk::push(Node node, Buffer content) {
  const auto children = forest_.children(node);
  std::uint32_t needed_end = 0;
  for (std::uint32_t i = 0; i < children.size(); ++i) {
    if (wanted_.needed(children[i])) needed_end = i + 1;
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
    if (!wanted_.needed(child)) continue;
    auto built = build(child, frame.content.view());
    if (last) {
      pool_.give(std::move(frame.content));
      stack_.pop_back();
    }
    if (!built) {
      stop_at(child, built.error().detail());
      continue;
    }
    hand_out(child, built->view(), parent);
    push(child, std::move(*built));
  }
}

Result<> PackWalk::spend(std::uint64_t bytes) {
  if (bytes > limits_.object_bytes_max) {
    return fail(Code::kPayloadTooLarge, over_limit(bytes, limits_.object_bytes_max));
  }
  spent_ += bytes;
  if (spent_ > budget_.left) {
    overdrawn_ = true;
    return fail(Code::kPayloadTooLarge,
                fmt::format("pack {} expands to more than {} bytes", pack_.name(), budget_.most));
  }
  return {};
}

Result<Buffer> PackWalk::read_whole(Node node) {
  LR_TRY(const PackEntry entry, pack_.entry(forest_.offset(node)));
  LR_TRY(Buffer content, room(entry.size));
  LR_TRY_VOID(inflater_.inflate(pack_.stream(entry), content.span()));
  return content;
}

/// What the node's delta makes of `base`; changed_ says what is new.
Result<Buffer> PackWalk::build(Node node, std::string_view base) {
  LR_TRY(const PackEntry entry, pack_.entry(forest_.offset(node)));
  LR_TRY_VOID(spend(entry.size));
  be_alone(entry.size);
  if (!delta_.resize(entry.size)) return fail(Code::kResourceExhausted, "out of memory");
  LR_TRY_VOID(inflater_.inflate(pack_.stream(entry), delta_.span()));
  LR_TRY(const DeltaHeader header, parse_delta_header(delta_.view()));
  LR_TRY(Buffer content, room(header.result_size));
  LR_TRY_VOID(apply_delta(base, header, content.span(), changed_));
  return content;
}

void PackWalk::hand_out(Node node, std::string_view bytes, std::optional<Node> base) {
  if (!wanted_.take(node)) return;
  ReadObject object{.type = type_, .id = id(node), .bytes = bytes, .base = {}, .changed = {}};
  if (base) {
    object.base = id(*base);
    object.changed = changed_;
  }
  visitor_->object(object);
}

void PackWalk::stop_at(Node node, const std::string& reason) {
  if (!overdrawn_ || !budget_.later) return give_up(node, reason);
  left_ = true;
  stack_.clear();
}

void PackWalk::give_up_alone(Node node, const std::string& reason) {
  if (wanted_.take(node)) visitor_->unreadable(id(node), reason);
}

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
