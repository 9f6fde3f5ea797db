#include "secrets/first_texts.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lr::secrets {
namespace {

/// More would fill the index with what stands in every text.
constexpr std::size_t kTextsMax = 256;
/// Texts that are long enough grow over sets of so many bytes at most: "[oO]", but no digits.
constexpr std::size_t kSmallSet = 4;

using Texts = std::vector<std::string>;

/// Texts on the way through a pattern.
struct Growing {
  Texts open;    ///< All of the text so far; what comes next may be added.
  Texts closed;  ///< As long as they get.
};

void move_to(Texts& to, Texts from) { std::ranges::move(from, std::back_inserter(to)); }

Growing grow_over(const PatternNode& node, Texts open);

Growing grow_over_set(const ByteSet& set, Texts open) {
  Growing grown;
  const std::size_t count = set.count();
  std::string members;
  for_each_byte(set, [&](unsigned c) { members += static_cast<char>(c); });
  for (std::string& text : open) {
    const bool is_enough = text.size() >= kFirstTextMin && count > kSmallSet;
    if (is_enough || text.size() == kFirstTextMax || grown.open.size() + count > kTextsMax) {
      grown.closed.push_back(std::move(text));
      continue;
    }
    for (const char c : members) grown.open.push_back(text + c);
  }
  return grown;
}

Growing grow_over_all(const std::vector<PatternNode>& nodes, Texts open) {
  Growing grown{std::move(open), {}};
  for (const PatternNode& node : nodes) {
    if (grown.open.empty()) break;
    Growing next = grow_over(node, std::move(grown.open));
    grown.open = std::move(next.open);
    move_to(grown.closed, std::move(next.closed));
  }
  return grown;
}

Growing grow_over_any(const std::vector<PatternNode>& nodes, const Texts& open) {
  Growing grown;
  for (const PatternNode& node : nodes) {
    Growing one = grow_over(node, open);
    move_to(grown.open, std::move(one.open));
    move_to(grown.closed, std::move(one.closed));
  }
  return grown;
}

/// Copies that may be there or not end a text, but for a single one.
Growing grow_over_copies(const PatternNode& node, Texts open) {
  const std::vector<PatternNode>& copy = node.children;
  Growing grown{std::move(open), {}};
  for (std::size_t i = 0; i < std::min<std::size_t>(node.min, kFirstTextMax); ++i) {
    Growing next = grow_over_all(copy, std::move(grown.open));
    grown.open = std::move(next.open);
    move_to(grown.closed, std::move(next.closed));
  }
  if (node.max == node.min) return grown;
  if (node.max != node.min + 1) {
    move_to(grown.closed, std::exchange(grown.open, {}));
    return grown;
  }
  Growing with = grow_over_all(copy, grown.open);
  move_to(grown.open, std::move(with.open));
  move_to(grown.closed, std::move(with.closed));
  return grown;
}

Growing grow_over(const PatternNode& node, Texts open) {
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return {std::move(open), {}};
    case PatternNode::Op::kBytes:
      return grow_over_set(node.bytes, std::move(open));
    case PatternNode::Op::kConcat:
      return grow_over_all(node.children, std::move(open));
    case PatternNode::Op::kAlternate:
      return grow_over_any(node.children, open);
    case PatternNode::Op::kRepeat:
      return grow_over_copies(node, std::move(open));
  }
  return {{}, std::move(open)};
}

/// Without those that begin with another.
Texts shortest(Texts texts) {
  std::ranges::sort(texts);
  Texts kept;
  for (std::string& text : texts) {
    if (kept.empty() || !text.starts_with(kept.back())) kept.push_back(std::move(text));
  }
  return kept;
}

}  // namespace

std::vector<std::string> first_texts(const PatternNode& tree) {
  Growing grown = grow_over(tree, {""});
  move_to(grown.closed, std::move(grown.open));
  const auto is_short = [](const std::string& text) { return text.size() < kFirstTextMin; };
  if (grown.closed.size() > kTextsMax || std::ranges::any_of(grown.closed, is_short)) return {};
  return shortest(std::move(grown.closed));
}

}  // namespace lr::secrets
