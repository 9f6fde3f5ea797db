#include "secrets/literal_edges.h"

#include <algorithm>
#include <vector>

#include "secrets/places.h"
#include "secrets/sieve.h"

namespace lr::secrets {
namespace {

/// Nothing is said about patterns with more places.
constexpr std::size_t kPlacesMax = 1000;
/// Nor about literals that may stand farther behind the front of a match.
constexpr std::uint32_t kOffsetMax = 300;

bool holds(const ByteSet& set, char c, bool caseless) {
  const bool letter = c >= 'a' && c <= 'z';
  return set[static_cast<std::uint8_t>(c)] ||
         (caseless && letter && set[static_cast<std::uint8_t>(c - 32)]);
}

std::vector<std::size_t> behind_all(const Places& places, const std::vector<std::size_t>& at) {
  std::vector<std::size_t> all;
  for (const std::size_t place : at) {
    all.insert(all.end(), places.next(place).begin(), places.next(place).end());
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// Places that stand so far behind the front of a match.
std::vector<std::size_t> places_at(const Places& places, const AnchorSet& anchors) {
  std::vector<std::size_t> all;
  std::vector<std::size_t> at = places.first();
  for (std::uint32_t offset = 0; offset <= anchors.max_offset && !at.empty(); ++offset) {
    if (offset >= anchors.min_offset) all.insert(all.end(), at.begin(), at.end());
    at = behind_all(places, at);
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// What may come behind the literal that begins at one of `at`; every byte when a match may end.
ByteSet bytes_behind(const Places& places, const Literal& literal, std::vector<std::size_t> at) {
  for (std::size_t i = 0; i < literal.text.size(); ++i) {
    if (i > 0) at = behind_all(places, at);
    std::erase_if(at, [&](std::size_t place) {
      return !holds(places.set(place), literal.text[i], literal.caseless);
    });
  }
  const bool ends = std::ranges::any_of(at, [&](std::size_t place) {
    return std::ranges::find(places.last(), place) != places.last().end();
  });
  if (ends || at.empty()) return ~ByteSet();
  ByteSet behind;
  for (const std::size_t place : behind_all(places, at)) behind |= places.set(place);
  return behind;
}

/// Words that every match holds: the longest pieces that are told byte by byte.
std::vector<std::string> certain_words(const PatternNode& node);

bool hold(const std::vector<std::string>& words, std::string_view piece) {
  return std::ranges::any_of(words, [&](const std::string& word) { return word.contains(piece); });
}

/// The longest pieces of the first child's words that all children have.
std::vector<std::string> words_of_all(const std::vector<PatternNode>& children) {
  constexpr std::size_t kWordMax = 32;
  std::vector<std::vector<std::string>> words;
  for (const PatternNode& child : children) words.push_back(certain_words(child));
  std::vector<std::string> common;
  for (const std::string& word : words.front()) {
    for (std::size_t size = std::min(word.size(), kWordMax); size > 0; --size) {
      for (std::size_t at = 0; at + size <= word.size(); ++at) {
        const std::string_view piece = std::string_view(word).substr(at, size);
        const bool all = std::ranges::all_of(
            words, [&](const std::vector<std::string>& others) { return hold(others, piece); });
        if (all && !hold(common, piece)) common.emplace_back(piece);
      }
    }
  }
  return common;
}

std::vector<std::string> certain_words(const PatternNode& node) {
  if (node.op == PatternNode::Op::kAlternate) return words_of_all(node.children);
  if (node.op == PatternNode::Op::kRepeat && node.min > 0) {
    return certain_words(node.children.front());
  }
  if (node.op == PatternNode::Op::kBytes && node.bytes.count() == 1) {
    return {std::string(1, static_cast<char>(node.bytes._Find_first()))};
  }
  std::vector<std::string> words;
  if (node.op != PatternNode::Op::kConcat) return words;
  bool goes_on = false;
  for (const PatternNode& child : node.children) {
    std::vector<std::string> some = certain_words(child);
    const bool byte = child.op == PatternNode::Op::kBytes && !some.empty();
    if (byte && goes_on) {
      words.back() += some.front();
    } else {
      words.insert(words.end(), some.begin(), some.end());
    }
    // An assertion stands between two bytes without parting them.
    goes_on = byte || (goes_on && child.op == PatternNode::Op::kAssertion);
  }
  return words;
}

/// The longest certain word that a literal does not tell of already.
std::string other_word(const PatternNode& tree, const std::vector<Literal>& literals) {
  constexpr std::size_t kWordMin = 4;
  std::string longest;
  for (const std::string& word : certain_words(tree)) {
    const bool told = std::ranges::any_of(
        literals, [&](const Literal& literal) { return literal.text.contains(word); });
    if (!told && word.size() >= kWordMin && word.size() > longest.size()) longest = word;
  }
  return longest;
}

}  // namespace

LiteralEdges literal_edges(const PatternNode& tree, const AnchorSet& anchors) {
  LiteralEdges edges;
  edges.at_line_start = begins_with_assertion(tree);
  edges.word = other_word(tree, anchors.literals);
  const Places places(tree, Places::Counts::kBounds, kPlacesMax);
  if (places.too_many() || anchors.max_offset > kOffsetMax) return edges;
  const std::vector<std::size_t> at = places_at(places, anchors);
  for (const Literal& literal : anchors.literals) {
    const std::size_t length = literal.text.size();
    auto known = std::ranges::find(edges.behind, length, &LiteralEdges::Behind::length);
    if (known == edges.behind.end()) known = edges.behind.insert(known, {length, ByteSet()});
    known->bytes |= bytes_behind(places, literal, at);
  }
  return edges;
}

bool may_be_held(const LiteralEdges& edges, std::string_view bytes, const LiteralPlace& literal) {
  const auto behind =
      std::ranges::find(edges.behind, literal.end - literal.begin, &LiteralEdges::Behind::length);
  if (behind != edges.behind.end() && literal.end < bytes.size() &&
      !behind->bytes[static_cast<std::uint8_t>(bytes[literal.end])]) {
    return false;
  }
  if (!edges.at_line_start || literal.begin <= literal.max_offset) return true;
  const std::size_t first = literal.begin - literal.max_offset - 1;
  const std::size_t last = literal.begin - literal.min_offset;
  return bytes.substr(first, last - first).contains('\n');
}

const LiteralEdges& LazyEdges::get() const {
  std::call_once(once_, [&] {
    const auto tree = parse_pattern(pattern_);
    if (!tree || pattern_width(*tree).max > max_width_) return;
    if (const auto anchors = pattern_anchors(*tree)) {
      edges_ = literal_edges(*tree, *anchors);
    }
  });
  return edges_;
}

}  // namespace lr::secrets
