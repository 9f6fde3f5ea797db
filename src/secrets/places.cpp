#include "secrets/places.h"

#include <algorithm>

namespace lr::secrets {
namespace {

void append(std::vector<std::size_t>& to, const std::vector<std::size_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Places::Places(const PatternNode& tree, Counts counts, std::size_t most)
    : counts_(counts), most_(most) {
  whole_ = add(tree);
}

void Places::link(const std::vector<std::size_t>& from, const std::vector<std::size_t>& to) {
  steps_ += from.size() * to.size();
  if (too_many()) return;
  for (const std::size_t place : from) append(next_[place], to);
}

void Places::put_behind(Piece& all, const Piece& piece) {
  link(all.last, piece.first);
  if (all.empty) append(all.first, piece.first);
  if (!piece.empty) all.last.clear();
  append(all.last, piece.last);
  all.empty = all.empty && piece.empty;
}

Places::Piece Places::add_bytes(const ByteSet& set) {
  sets_.push_back(set);
  next_.emplace_back();
  return {false, {sets_.size() - 1}, {sets_.size() - 1}};
}

Places::Piece Places::add_alternate(const PatternNode& node) {
  Piece any{false, {}, {}};
  for (const PatternNode& child : node.children) {
    const Piece piece = add(child);
    append(any.first, piece.first);
    append(any.last, piece.last);
    any.empty = any.empty || piece.empty;
  }
  return any;
}

Places::Piece Places::add_repeat(const PatternNode& node) {
  if (node.max == 0) return {};
  const bool endless = counts_ == Counts::kBounds ? node.max > 1 : node.max == kUnbounded;
  const std::uint32_t most = node.max == kUnbounded ? std::max(node.min, 1u) : node.max;
  const std::uint32_t copies = counts_ == Counts::kBounds ? 1 : most;
  Piece all;
  for (std::uint32_t i = 0; i < copies && !too_many(); ++i) {
    Piece piece = add(node.children.front());
    if (endless && i + 1 == copies) link(piece.last, piece.first);
    piece.empty = piece.empty || i >= node.min;
    put_behind(all, piece);
  }
  return all;
}

Places::Piece Places::add(const PatternNode& node) {
  if (too_many()) return {};
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return {};
    case PatternNode::Op::kBytes:
      return add_bytes(node.bytes);
    case PatternNode::Op::kConcat: {
      Piece all;
      for (const PatternNode& child : node.children) put_behind(all, add(child));
      return all;
    }
    case PatternNode::Op::kAlternate:
      return add_alternate(node);
    case PatternNode::Op::kRepeat:
      return add_repeat(node);
  }
  return {};
}

}  // namespace lr::secrets
