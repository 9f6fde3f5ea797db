#include "secrets/outline.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace lr::secrets {
namespace {

/// Shorter runs, or runs of more different bytes, stand in every text.
constexpr std::uint32_t kRunMin = 12;
constexpr std::size_t kRunSetMax = 70;

/// The rarest first, and how many of them are worth a look.
constexpr std::string_view kRareBytes = "@~^!`$|?#&%*;";
constexpr std::size_t kRareMax = 2;

std::uint32_t sum(std::uint32_t a, std::uint32_t b) {
  return b > kUnbounded - a ? kUnbounded : a + b;
}

/// Distances from the front of a match.
struct Span {
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  Span after(Width width) const { return {sum(min, width.min), sum(max, width.max)}; }
};

using Front = std::array<ByteSet, kOutlinePlaces>;

/// Adds what a part that begins somewhere in `at` can put into each of the first places.
void spread(const PatternNode& node, Span at, Front& front) {
  if (at.min >= kOutlinePlaces) return;
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return;
    case PatternNode::Op::kBytes:
      for (std::uint32_t i = at.min; i <= at.max && i < kOutlinePlaces; ++i) front[i] |= node.bytes;
      return;
    case PatternNode::Op::kConcat:
      for (const PatternNode& child : node.children) {
        spread(child, at, front);
        at = at.after(pattern_width(child));
      }
      return;
    case PatternNode::Op::kAlternate:
      for (const PatternNode& child : node.children) spread(child, at, front);
      return;
    case PatternNode::Op::kRepeat: {
      // Copies up to `min` stand where the widths say; all others somewhere behind them.
      const PatternNode& child = node.children.front();
      const Width width = pattern_width(child);
      if (width.max == 0) return;
      const std::uint32_t certain = std::min(node.min, kOutlinePlaces);
      for (std::uint32_t i = 0; i < certain; ++i, at = at.after(width)) spread(child, at, front);
      if (node.max == certain) return;
      for (std::uint32_t i = certain; i < node.max && at.max < kOutlinePlaces; ++i) {
        at.max = sum(at.max, width.max);
      }
      return spread(child, at, front);
    }
  }
}

bool begins_at_word_edge(const PatternNode& node) {
  switch (node.op) {
    case PatternNode::Op::kAssertion:
      return node.assertion == 'b';
    case PatternNode::Op::kConcat: {
      const auto first = std::ranges::find_if(node.children, [](const PatternNode& child) {
        return child.op != PatternNode::Op::kEmpty;
      });
      return first != node.children.end() && begins_at_word_edge(*first);
    }
    case PatternNode::Op::kAlternate:
      return std::ranges::all_of(node.children, begins_at_word_edge);
    default:
      return false;
  }
}

constexpr auto kWord = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    table[c] =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  }
  return table;
}();

bool is_word_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() && kWord[static_cast<std::uint8_t>(bytes[at])];
}

struct Run {
  ByteSet set;
  std::uint32_t length = 0;
};

bool better(const Run& a, const std::optional<Run>& b) {
  // Twice as long is worth as much as half as many bytes.
  return !b || a.length * b->set.count() > b->length * a.set.count();
}

std::optional<Run> best_run(const PatternNode& node) {
  std::optional<Run> best;
  const auto offer = [&](std::optional<Run> run) {
    if (run && better(*run, best)) best = run;
  };
  switch (node.op) {
    case PatternNode::Op::kRepeat:
      if (node.min == 0) return std::nullopt;
      if (node.children.front().op != PatternNode::Op::kBytes) {
        return best_run(node.children.front());
      }
      if (node.min < kRunMin || node.children.front().bytes.count() > kRunSetMax) return best;
      return Run{node.children.front().bytes, node.min};
    case PatternNode::Op::kConcat:
      for (const PatternNode& child : node.children) offer(best_run(child));
      return best;
    case PatternNode::Op::kAlternate: {
      // Whatever the branch, a run as long as the shortest over all of their bytes.
      Run all{{}, kUnbounded};
      for (const PatternNode& child : node.children) {
        const auto run = best_run(child);
        if (!run) return std::nullopt;
        all.set |= run->set;
        all.length = std::min(all.length, run->length);
      }
      return all;
    }
    default:
      return std::nullopt;
  }
}

/// Bytes that stand in every match, each in a place of its own kind.
ByteSet certain_bytes(const PatternNode& node) {
  ByteSet certain;
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return certain;
    case PatternNode::Op::kBytes:
      return node.bytes.count() == 1 ? node.bytes : certain;
    case PatternNode::Op::kConcat:
      for (const PatternNode& child : node.children) certain |= certain_bytes(child);
      return certain;
    case PatternNode::Op::kAlternate:
      certain.set();
      for (const PatternNode& child : node.children) certain &= certain_bytes(child);
      return certain;
    case PatternNode::Op::kRepeat:
      return node.min > 0 ? certain_bytes(node.children.front()) : certain;
  }
  return certain;
}

}  // namespace

std::uint16_t SetTable::number(const ByteSet& set) {
  const auto [entry, is_new] = numbers_.emplace(set, static_cast<std::uint16_t>(sets_.size()));
  if (is_new) sets_.push_back(set);
  return entry->second;
}

Outline outline_of(const PatternNode& tree, SetTable& sets) {
  Front front;
  spread(tree, {}, front);
  Outline outline;
  outline.at_word_edge = begins_at_word_edge(tree);
  const std::uint32_t certain = std::min(pattern_width(tree).min, kOutlinePlaces);
  for (std::uint32_t i = 0; i < certain; ++i) {
    if (i == 0 || front[i] != front[i - 1]) outline.places.push_back({sets.number(front[i]), 0});
    ++outline.places.back().count;
  }
  return outline;
}

bool may_begin(const Outline& outline, const SetTable& sets, std::string_view bytes,
               std::size_t begin) {
  if (outline.at_word_edge &&
      is_word_at(bytes, begin) == (begin > 0 && is_word_at(bytes, begin - 1))) {
    return false;
  }
  std::size_t at = begin;
  for (const Outline::Places& places : outline.places) {
    if (bytes.size() - at < places.count) return false;
    const ByteSet& set = sets[places.set];
    for (const std::size_t end = at + places.count; at < end; ++at) {
      if (!set[static_cast<std::uint8_t>(bytes[at])]) return false;
    }
  }
  return true;
}

InnerRun inner_run(const PatternNode& tree, SetTable& sets) {
  const auto run = best_run(tree);
  if (!run || run->set.count() > kRunSetMax) return {};
  return {sets.number(run->set), run->length};
}

bool may_hold(const InnerRun& run, const SetTable& sets, std::string_view bytes, Range range) {
  if (run.length == 0) return true;
  const ByteSet& set = sets[run.set];
  const auto fits = [&](std::size_t at) { return set[static_cast<std::uint8_t>(bytes[at])]; };
  // `begin` is the first place where the run may begin.
  for (std::size_t begin = range.begin; begin + run.length <= range.end;) {
    std::size_t at = begin + run.length;
    while (at > begin && fits(at - 1)) --at;
    if (at == begin) return true;
    begin = at;
  }
  return false;
}

ByteSet bytes_before(const PatternNode& tree, Width offset) {
  const ByteSet any = ~ByteSet();
  if (tree.op != PatternNode::Op::kConcat) return any;
  ByteSet before = any;  // Of a match: what stands in front of it.
  Width passed;
  for (const PatternNode& child : tree.children) {
    if (passed.min == offset.min && passed.max == offset.max && passed.max > 0) return before;
    const Width width = pattern_width(child);
    passed = {sum(passed.min, width.min), sum(passed.max, width.max)};
    if (child.op == PatternNode::Op::kAssertion && child.assertion == '^' && passed.max == 0) {
      before = ByteSet().set('\n');
    } else if (width.max > 0) {
      before = (width.min > 0 ? ByteSet() : before) | pattern_bytes(child);
    }
  }
  return any;
}

std::string rare_bytes(const PatternNode& tree, const ByteSet& known) {
  const ByteSet certain = certain_bytes(tree) & ~known;
  std::string rare;
  for (const char c : kRareBytes) {
    if (certain[static_cast<std::uint8_t>(c)] && rare.size() < kRareMax) rare += c;
  }
  return rare;
}

std::string certain_signs(const PatternNode& tree) {
  const ByteSet certain = certain_bytes(tree);
  std::string signs;
  for (char c = '!'; c <= '~'; ++c) {
    const bool sign = !kWord[static_cast<std::uint8_t>(c)] || c == '_';
    if (sign && certain[static_cast<std::uint8_t>(c)]) signs += c;
  }
  return signs;
}

bool may_hold(std::string_view rare, std::string_view bytes, Range range) {
  const std::string_view text = bytes.substr(range.begin, range.end - range.begin);
  return std::ranges::all_of(rare, [&](char c) { return text.contains(c); });
}

}  // namespace lr::secrets
