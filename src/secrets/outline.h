// What every match of a pattern looks like at its front: asked byte by byte before RE2 is, which
// costs a hundred times as much. It never refuses what the pattern matches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "secrets/document.h"
#include "secrets/pattern.h"

namespace lr::secrets {

/// The first bytes of a match are looked at, this many at most.
inline constexpr std::uint32_t kOutlinePlaces = 64;

/// Byte sets that outlines share; few, so that they stay in the cache.
class SetTable {
 public:
  /// The number of a set, which is added when it is new.
  std::uint16_t number(const ByteSet& set);
  const ByteSet& operator[](std::uint16_t number) const { return sets_[number]; }

 private:
  std::vector<ByteSet> sets_;
  std::unordered_map<ByteSet, std::uint16_t> numbers_;
};

/// The front of every match of one pattern.
struct Outline {
  /// `count` bytes that are all in one set of the table.
  struct Places {
    std::uint16_t set = 0;
    std::uint16_t count = 0;
  };
  std::vector<Places> places;
  bool at_word_edge = false;  ///< A match begins with \b.
};
Outline outline_of(const PatternNode& tree, SetTable& sets);

/// False: no match begins at `begin`.
bool may_begin(const Outline& outline, const SetTable& sets, std::string_view bytes,
               std::size_t begin);

/// Bytes of one set that stand in a row in every match.
struct InnerRun {
  std::uint16_t set = 0;
  std::uint32_t length = 0;  ///< 0: there is none that is worth a look.
};
InnerRun inner_run(const PatternNode& tree, SetTable& sets);

/// False: the range does not hold the run. Looks at every `length`th byte where the run is not.
bool may_hold(const InnerRun& run, const SetTable& sets, std::string_view bytes, Range range);

/// Bytes of which one stands before a literal that is `offset` behind the front of a match, unless
/// it is the first of the text.
ByteSet bytes_before(const PatternNode& tree, Width offset);

/// Bytes, rare in text, of which every match has all: few, and none that `known` holds.
std::string rare_bytes(const PatternNode& tree, const ByteSet& known);

/// All bytes that stand in every match and are no letters, digits or blanks.
std::string certain_signs(const PatternNode& tree);

/// False: the range lacks one of `rare`.
bool may_hold(std::string_view rare, std::string_view bytes, Range range);

}  // namespace lr::secrets
