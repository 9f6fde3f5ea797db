// Small patterns asked about short texts, all at once and without RE2, of which a call costs more
// than reading the text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "secrets/pattern.h"
#include "secrets/places.h"

namespace lr::secrets {

class SmallPatterns {
 public:
  /// False, and nothing is taken: the pattern is not as small or as plain as that.
  bool take(std::string_view pattern);
  /// Whether one that was taken matches.
  bool found_in(std::string_view text) const;

 private:
  static constexpr std::size_t kPlaces = 64;
  /// Each is asked by itself: of more, RE2 is faster.
  static constexpr std::size_t kAutomata = 6;
  /// Bit i is place i of the alternatives, one behind the other.
  struct Automaton {
    bool at_front = false;  ///< Matches begin where the text does.
    bool at_end = false;    ///< They end where the text does.
    std::size_t size = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::array<std::uint64_t, kPlaces> next{};
    std::array<std::uint64_t, 256> with{};  ///< Places that a byte may stand at.
    bool found_in(std::string_view text) const;
  };
  struct Alternative {
    bool at_front = false;
    bool at_end = false;
    Places places;
  };
  static bool read(const PatternNode& tree, std::vector<Alternative>& alternatives);
  void add(const Alternative& alternative);

  std::vector<Automaton> automata_;
};

}  // namespace lr::secrets
