// Asked before several patterns are searched for in a short text: may any of them match? Most texts
// hold no literal that a match would need. It never refuses a text that one of them matches.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/pattern.h"

namespace lr::secrets {

class Sieve {
 public:
  explicit Sieve(const std::vector<std::string>& patterns);
  bool may_match(std::string_view text) const;
  /// It lets every text through.
  bool always() const { return always_; }

 private:
  void add(std::string_view pattern);
  bool add_words(const PatternNode& tree);
  bool add_signs(const PatternNode& tree);
  bool holds_word(std::string_view text) const;
  static std::size_t pair_of(char a, char b) {
    return (static_cast<std::uint8_t>(a) & 31u) << 5 | (static_cast<std::uint8_t>(b) & 31u);
  }

  bool plain_ = false;              ///< Few words, in their own case.
  bool always_ = false;             ///< There is a pattern that nothing is known about.
  std::vector<Literal> words_;      ///< A match of some patterns holds one of these.
  std::vector<std::string> signs_;  ///< A match of the others all bytes of one of these.
  std::array<std::uint64_t, 1024> words_at_{};  ///< By the first two bytes: bit i for word i.
  std::array<std::uint64_t, 32> with_third_{};  ///< By the third one.
};

/// Whatever matches is behind '^', so that RE2 gives up soon.
bool begins_with_assertion(const PatternNode& tree);

}  // namespace lr::secrets
