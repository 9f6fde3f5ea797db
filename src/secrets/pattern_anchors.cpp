// Literals that every match of a pattern holds, and the pattern as Vectorscan gets it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "secrets/pattern.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kLiteralsMax = 64;
constexpr std::size_t kLiteralBytes = 20;
constexpr std::size_t kSetBytes = 16;  ///< Larger sets end a literal.
constexpr double kBitsEnough = 14;     ///< Not worth more literals for being rarer.
constexpr double kBitsWorth = 44;      ///< Rarer than this is no better.

bool is_letter(unsigned c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(unsigned c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

/// One-byte literals of a set; a letter in both cases counts once. Empty when there are too many.
std::vector<Literal> single_bytes(const ByteSet& set) {
  std::vector<Literal> literals;
  if (set.count() > 2 * kSetBytes) return literals;
  for_each_byte(set, [&](unsigned c) {
    const bool both = is_letter(c) && set.test(c ^ 32u);
    if (both && c >= 'a') return;  // Seen as upper case.
    literals.push_back({std::string(1, both ? lower(c) : static_cast<char>(c)), both});
  });
  if (literals.size() > kSetBytes) literals.clear();
  return literals;
}

/// Case is one property of a whole literal, so joining a caseless one loosens the other.
Literal joined(const Literal& a, const Literal& b) {
  Literal literal{a.text + b.text, a.caseless || b.caseless};
  if (literal.caseless) {
    for (char& c : literal.text) c = lower(static_cast<std::uint8_t>(c));
  }
  return literal;
}

std::vector<Literal> product(const std::vector<Literal>& left, const std::vector<Literal>& right) {
  std::vector<Literal> all;
  for (const Literal& a : left) {
    for (const Literal& b : right) all.push_back(joined(a, b));
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool fits(const std::vector<Literal>& left, const std::vector<Literal>& right) {
  if (left.size() * right.size() > kLiteralsMax) return false;
  const auto size = [](const Literal& literal) { return literal.text.size(); };
  return size(*std::ranges::max_element(left, {}, size)) +
             size(*std::ranges::max_element(right, {}, size)) <=
         kLiteralBytes;
}

/// All texts a node can match, when they are few and short; else empty.
std::vector<Literal> exact_texts(const PatternNode& node) {
  const std::vector<Literal> nothing{Literal{}};
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return nothing;
    case PatternNode::Op::kBytes:
      return single_bytes(node.bytes);
    case PatternNode::Op::kConcat:
    case PatternNode::Op::kRepeat: {
      if (node.op == PatternNode::Op::kRepeat && node.min == 0 && node.max == 1) {
        std::vector<Literal> texts = exact_texts(node.children.front());
        if (!texts.empty() && texts.size() < kLiteralsMax) texts.emplace_back();
        return texts;
      }
      if (node.op == PatternNode::Op::kRepeat && (node.min != node.max || node.min > 8)) return {};
      const std::size_t rounds = node.op == PatternNode::Op::kRepeat ? node.min : 1;
      std::vector<Literal> texts = nothing;
      for (std::size_t i = 0; i < rounds * node.children.size(); ++i) {
        const auto part = exact_texts(node.children[i % node.children.size()]);
        if (part.empty() || !fits(texts, part)) return {};
        texts = product(texts, part);
      }
      return texts;
    }
    case PatternNode::Op::kAlternate: {
      std::vector<Literal> texts;
      for (const PatternNode& child : node.children) {
        auto part = exact_texts(child);
        if (part.empty() || texts.size() + part.size() > kLiteralsMax) return {};
        std::ranges::move(part, std::back_inserter(texts));
      }
      return texts;
    }
  }
  return {};
}

double set_bits(const std::vector<Literal>& literals) {
  double probability = 0;
  for (const Literal& literal : literals) {
    if (literal.text.size() < 2) return 0;
    probability += std::exp2(-literal_bits(literal));
  }
  return -std::log2(probability);
}

struct Offset {
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  void advance(Width width) {
    min += width.min;
    max = width.max >= kUnbounded - max ? kUnbounded : max + width.max;
  }
};

bool better(const AnchorSet& a, const AnchorSet& b) {
  const double a_bits = std::min(a.bits, kBitsWorth);
  const double b_bits = std::min(b.bits, kBitsWorth);
  // A fixed place is worth a bit more than rarity: the confirming match starts exactly there.
  const auto fixed = [](const AnchorSet& set) { return set.min_offset == set.max_offset ? 6 : 0; };
  return a_bits + fixed(a) > b_bits + fixed(b);
}

class Search {
 public:
  std::optional<AnchorSet> best(const PatternNode& node) {
    walk(node, {});
    return std::move(best_);
  }

 private:
  void offer(std::vector<Literal> literals, Offset at) {
    if (literals.empty()) return;
    AnchorSet set{std::move(literals), at.min, at.max, 0};
    set.bits = set_bits(set.literals);
    if (set.bits > 0 && (!best_ || better(set, *best_))) best_ = std::move(set);
  }

  void walk(const PatternNode& node, Offset at) {
    switch (node.op) {
      case PatternNode::Op::kConcat:
        return walk_concat(node, at);
      case PatternNode::Op::kAlternate:
        return walk_alternate(node, at);
      case PatternNode::Op::kRepeat:
        if (node.min >= 1) walk(node.children.front(), at);
        return;
      default:
        return offer(exact_texts(node), at);
    }
  }

  /// "SK[0-9a-f]{32}": the first of many copies still makes the literal rarer.
  static std::vector<Literal> with_first_copy(const std::vector<Literal>& run,
                                              const PatternNode& next) {
    if (run.empty() || next.op != PatternNode::Op::kRepeat || next.min == 0) return {};
    if (set_bits(run) > kBitsEnough || run.front().text.size() > 2) return {};
    const auto first = exact_texts(next.children.front());
    return first.empty() || !fits(run, first) ? std::vector<Literal>() : product(run, first);
  }

  /// Grows literals over neighbours as long as they are few.
  void walk_concat(const PatternNode& node, Offset at) {
    std::vector<Literal> run;
    Offset run_at = at;
    for (const PatternNode& child : node.children) {
      auto part = exact_texts(child);
      if (!part.empty() && !run.empty() && fits(run, part)) {
        run = product(run, part);
      } else {
        offer(with_first_copy(run, child), run_at);
        offer(std::move(run), run_at);
        run = std::move(part);
        run_at = at;
        if (run.empty()) walk(child, at);
      }
      at.advance(pattern_width(child));
    }
    offer(std::move(run), run_at);
  }

  /// Each branch must bring its own.
  void walk_alternate(const PatternNode& node, Offset at) {
    offer(exact_texts(node), at);
    AnchorSet all{{}, kUnbounded, 0, 0};
    for (const PatternNode& child : node.children) {
      auto part = Search().best(child);
      if (!part) return;
      all.min_offset = std::min(all.min_offset, part->min_offset);
      all.max_offset = std::max(all.max_offset, part->max_offset);
      std::ranges::move(part->literals, std::back_inserter(all.literals));
    }
    std::ranges::sort(all.literals);
    all.literals.erase(std::unique(all.literals.begin(), all.literals.end()), all.literals.end());
    if (all.literals.size() > kLiteralsMax) return;
    at.advance({all.min_offset, all.max_offset});
    offer(std::move(all.literals), at);
  }

  std::optional<AnchorSet> best_;
};

std::string hex_range(unsigned first, unsigned last) {
  return first == last ? fmt::format("\\x{:02x}", first)
                       : fmt::format("\\x{:02x}-\\x{:02x}", first, last);
}

std::string set_text(const ByteSet& set) {
  std::string text = "[";
  for (unsigned c = 0; c < 256; ++c) {
    if (!set.test(c)) continue;
    unsigned last = c;
    while (last < 255 && set.test(last + 1)) ++last;
    text += hex_range(c, last);
    c = last;
  }
  return text + "]";
}

std::string relaxed(const PatternNode& node, bool last);

std::string relaxed_repeat(const PatternNode& node, bool last) {
  const std::uint32_t max = last ? node.min : node.max;
  const std::string inner = relaxed(node.children.front(), false);
  if (max == 0 || inner.empty()) return "";
  if (max == kUnbounded) return fmt::format("(?:{}){{{},}}", inner, node.min);
  return fmt::format("(?:{}){{{},{}}}", inner, node.min, max);
}

std::string relaxed(const PatternNode& node, bool last) {
  std::string text;
  switch (node.op) {
    case PatternNode::Op::kEmpty:
    case PatternNode::Op::kAssertion:
      return "";
    case PatternNode::Op::kBytes:
      return set_text(node.bytes);
    case PatternNode::Op::kConcat: {
      // Trailing assertions do not count as what comes last.
      std::size_t end = node.children.size();
      while (end > 0 && pattern_width(node.children[end - 1]).max == 0) --end;
      for (std::size_t i = 0; i < end; ++i) text += relaxed(node.children[i], last && i + 1 == end);
      return text;
    }
    case PatternNode::Op::kAlternate:
      for (const PatternNode& child : node.children) {
        text += (text.empty() ? "(?:" : "|") + relaxed(child, last);
      }
      return text + ")";
    case PatternNode::Op::kRepeat:
      return relaxed_repeat(node, last);
  }
  return text;
}

/// Words that stand all over source code are no rarer than two letters, whatever they are made of.
constexpr std::string_view kEverywhere[] = {"Default", "define", "include",
                                            "import",  "return", "static"};
constexpr double kBitsEverywhere = 8;

}  // namespace

double literal_bits(const Literal& literal) {
  const std::size_t word_end = literal.text.find_last_not_of("\"'") + 1;
  const std::string_view word = std::string_view(literal.text).substr(0, word_end);
  if (std::ranges::find(kEverywhere, word) != std::end(kEverywhere)) return kBitsEverywhere;
  double bits = 0;
  for (char c : literal.text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte >= 'a' && byte <= 'z') {
      bits += literal.caseless ? 4.0 : 4.3;
    } else if (is_letter(byte) || (byte >= '0' && byte <= '9')) {
      bits += 5.5;
    } else {
      bits += byte == ' ' ? 3.0 : 5.5;
    }
  }
  return bits;
}

std::optional<AnchorSet> pattern_anchors(const PatternNode& node) { return Search().best(node); }

std::string relaxed_pattern(const PatternNode& node) { return relaxed(node, true); }

}  // namespace lr::secrets
