// A pattern as the places of its bytes and the steps between them (Glushkov's automaton): what
// stands at a place, and which places may come right behind it.
#pragma once

#include <cstddef>
#include <vector>

#include "secrets/pattern.h"

namespace lr::secrets {

class Places {
 public:
  enum class Counts : std::uint8_t {
    kExact,   ///< A counted repeat is as many places.
    kBounds,  ///< It is taken for one without end: too much may follow, but nothing is missing.
  };
  /// Assertions say nothing here. `most`: of places; beyond it nothing is right but too_many().
  Places(const PatternNode& tree, Counts counts, std::size_t most);

  bool too_many() const { return sets_.size() > most_ || steps_ > kStepsMax; }
  std::size_t size() const { return sets_.size(); }
  const ByteSet& set(std::size_t place) const { return sets_[place]; }
  const std::vector<std::size_t>& next(std::size_t place) const { return next_[place]; }
  const std::vector<std::size_t>& first() const { return whole_.first; }
  const std::vector<std::size_t>& last() const { return whole_.last; }
  bool may_be_empty() const { return whole_.empty; }

 private:
  static constexpr std::size_t kStepsMax = 20'000;
  struct Piece {
    bool empty = true;  ///< It may match nothing.
    std::vector<std::size_t> first, last;
  };
  Piece add(const PatternNode& node);
  Piece add_bytes(const ByteSet& set);
  Piece add_repeat(const PatternNode& node);
  Piece add_alternate(const PatternNode& node);
  void put_behind(Piece& all, const Piece& piece);
  void link(const std::vector<std::size_t>& from, const std::vector<std::size_t>& to);

  Counts counts_;
  std::size_t most_;
  std::vector<ByteSet> sets_;
  std::vector<std::vector<std::size_t>> next_;
  std::size_t steps_ = 0;
  Piece whole_;
};

}  // namespace lr::secrets
