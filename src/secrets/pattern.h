// Patterns taken apart: what the scanner must know of an RE2 pattern beside matching it. How wide
// can a match be? Which literal does every match hold, and where? RE2 stays the judge of what
// matches; a pattern that is not understood here is only found more slowly.
#pragma once

#include <bitset>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lr::secrets {

using ByteSet = std::bitset<256>;
/// Calls visit(unsigned) for each byte of a set, in rising order.
template <class Visit>
void for_each_byte(const ByteSet& set, Visit visit) {
  for (std::size_t c = set._Find_first(); c < set.size(); c = set._Find_next(c)) {
    visit(static_cast<unsigned>(c));
  }
}
inline constexpr std::uint32_t kUnbounded = std::numeric_limits<std::uint32_t>::max();

/// A pattern as a tree over bytes (Latin-1).
struct PatternNode {
  enum class Op : std::uint8_t { kEmpty, kAssertion, kBytes, kConcat, kAlternate, kRepeat };
  Op op = Op::kEmpty;
  ByteSet bytes;                   ///< kBytes: one byte of this set.
  char assertion = '\0';           ///< kAssertion: '^', '$', 'b', 'B', 'A' or 'z'.
  std::uint32_t min = 0, max = 0;  ///< kRepeat; max may be kUnbounded.
  std::vector<PatternNode> children;
};

/// nullopt for syntax that is not understood: Unicode classes, nesting deeper than 100.
std::optional<PatternNode> parse_pattern(std::string_view pattern);

/// Bytes of the shortest and the longest match.
struct Width {
  std::uint32_t min = 0;
  std::uint32_t max = 0;  ///< Or kUnbounded.
};
Width pattern_width(const PatternNode& node);

/// Every byte that can be part of a match.
ByteSet pattern_bytes(const PatternNode& node);

/// A literal to look for first.
struct Literal {
  std::string text;  ///< In lower case when caseless.
  bool caseless = false;
  friend auto operator<=>(const Literal&, const Literal&) = default;
};

/// Every match holds one of `literals`, whose first byte stands between min_offset and max_offset
/// bytes behind the match's first.
struct AnchorSet {
  std::vector<Literal> literals;
  std::uint32_t min_offset = 0;
  std::uint32_t max_offset = 0;
  double bits = 0;  ///< How rare they are: about one in 2^bits bytes of ordinary text.
};
/// The rarest set, or nullopt when the pattern needs no literal of two bytes or more.
std::optional<AnchorSet> pattern_anchors(const PatternNode& node);

/// How rare a literal is in ordinary text, in bits.
double literal_bits(const Literal& literal);

/// The pattern for Vectorscan: without assertions, and with the last repeat cut to its minimum, so
/// that one occurrence is reported once. It matches wherever the pattern does.
std::string relaxed_pattern(const PatternNode& node);

}  // namespace lr::secrets
