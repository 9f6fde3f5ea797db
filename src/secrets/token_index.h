// Tokens that begin a word and go on for a while, as most provider tokens do ("sk_live_…"): found
// by their first bytes, without Vectorscan. Ordinary text has few long words, so hundreds of short
// prefixes cost no more than one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "secrets/document.h"
#include "secrets/outline.h"

namespace lr::secrets {

class TokenIndex {
 public:
  /// Bytes of a token, [0-9A-Za-z_+./-], that must follow its begin.
  static constexpr std::uint32_t kTokenMin = 16;

  /// Takes a rule in, when every match begins at the begin of a word with kTokenMin bytes of a
  /// token of which the first three, or better four, are one of a few. False: it has to be looked
  /// for otherwise.
  bool add(std::uint32_t rule, const Outline& outline, const SetTable& sets);
  bool empty() const { return threes_.empty() && fours_.empty(); }

  /// Calls take(rule, begin) for every place within `range` where a match of a rule may begin, in
  /// rising order. `bytes` are the whole text.
  template <class Take>
  void find(std::string_view bytes, Range range, Take take) const {
    if (empty()) return;
    std::array<std::uint64_t, kBatch> starts;
    for (std::size_t at = range.begin; at < range.end; at += kBatch * 64) {
      const std::size_t blocks = find_starts(bytes, {at, range.end}, starts);
      for (std::size_t i = 0; i < blocks; ++i) {
        for (std::uint64_t left = starts[i]; left != 0; left &= left - 1) {
          const std::size_t begin = at + i * 64 + static_cast<std::size_t>(__builtin_ctzll(left));
          const std::uint32_t four = four_at(bytes.data() + begin);
          if (!may_be_key(four)) continue;
          for (const std::uint32_t rule : rules_of(threes_, first_three(four))) take(rule, begin);
          for (const std::uint32_t rule : rules_of(fours_, four)) take(rule, begin);
        }
      }
    }
  }

 private:
  static constexpr std::size_t kBatch = 64;
  static constexpr unsigned kKeyBits = 16;  ///< Of the hash of a key.

  /// Begins of long words, a bit for each byte from range.begin on; returns how many blocks.
  static std::size_t find_starts(std::string_view bytes, Range range,
                                 std::span<std::uint64_t, kBatch> starts);
  using Rules = std::vector<std::uint32_t>;
  using Keys = std::unordered_map<std::uint32_t, Rules>;

  /// The first bytes of a token, which has more of them.
  static std::uint32_t four_at(const char* data) {
    const auto byte = [&](int i) { return std::uint32_t{static_cast<std::uint8_t>(data[i])}; };
    return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
  }
  static std::uint32_t first_three(std::uint32_t four) { return four & 0xFFFFFF; }
  static std::uint32_t hash(std::uint32_t three) { return three * 0x9E3779B1u >> (32 - kKeyBits); }
  bool may_be_key(std::uint32_t four) const {
    const std::uint32_t bit = hash(first_three(four));
    return (seen_[bit / 64] >> bit % 64 & 1) != 0;
  }
  static std::span<const std::uint32_t> rules_of(const Keys& keys, std::uint32_t key) {
    const auto found = keys.find(key);
    return found == keys.end() ? std::span<const std::uint32_t>() : found->second;
  }

  std::array<std::uint64_t, (1u << kKeyBits) / 64> seen_{};  ///< Hashes of all first three bytes.
  Keys threes_;                                              ///< Of rules with too many fours.
  Keys fours_;
};

}  // namespace lr::secrets
