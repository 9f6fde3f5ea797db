// Tokens that begin a word and go on for a while, as most provider tokens do ("sk_live_…"): found
// by their first bytes, without a search. Ordinary text has few long words, so hundreds of short
// prefixes cost no more than one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "secrets/decode/blocks.h"
#include "secrets/first_texts.h"
#include "secrets/outline.h"

namespace lr::secrets {

class TokenIndex {
 public:
  /// Takes a rule in, when every match begins at the begin of a word with kTokenMin bytes of a
  /// token of which the first are one of few texts. False: it has to be looked for otherwise.
  bool add(std::uint32_t rule, const PatternNode& tree, const Outline& outline,
           const SetTable& sets);
  bool empty() const { return entries_.empty(); }

  /// Calls take(rule, begin) for every place within a batch of `bytes` where a match of a rule may
  /// begin, in rising order.
  template <class Take>
  void find(std::string_view bytes, const BlockBatch& batch, Take take) const {
    for (const std::uint16_t start : batch.token_starts()) {
      const std::size_t begin = batch.begin + start;
      const std::uint64_t first = first_bytes(bytes.data() + begin);
      const bool is_short = may_be_key(first & kShortKey);
      const bool is_long = may_be_key(first & kLongKey);
      if (!(is_short | is_long)) continue;
      if (is_short) take_of(first & kShortKey, first, begin, take);
      if (is_long) take_of(first & kLongKey, first, begin, take);
    }
  }

 private:
  /// A text that matches of a rule begin with, the first byte in the lowest place.
  struct Entry {
    std::uint64_t text = 0;
    std::uint64_t mask = 0;  ///< All bits of the bytes that it has.
    std::uint32_t rule = 0;
  };
  static constexpr unsigned kKeyBits = 16;  ///< Of the hash of a key.

  /// The first bytes of a token, which has more of them.
  static std::uint64_t first_bytes(const char* data) {
    std::uint64_t first = 0;
    for (unsigned i = 0; i < kFirstTextMax; ++i) {
      first |= std::uint64_t{static_cast<std::uint8_t>(data[i])} << 8 * i;
    }
    return first;
  }
  /// Entries are known by their first bytes: by three, or five if they have as many. Three begin
  /// too many words ("test", "public").
  static_assert(kFirstTextMin == 3);
  static constexpr std::uint64_t kShortKey = 0xFF'FFFF;
  static constexpr std::uint64_t kLongKey = 0xFF'FFFF'FFFF;
  static std::uint64_t hash(std::uint64_t key) {
    return key * 0x9E37'79B9'7F4A'7C15u >> (64 - kKeyBits);
  }
  bool may_be_key(std::uint64_t key) const {
    const std::uint64_t bit = hash(key);
    return (seen_[bit / 64] >> bit % 64 & 1) != 0;
  }
  template <class Take>
  void take_of(std::uint64_t key, std::uint64_t first, std::size_t begin, Take& take) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    for (const Entry& entry : found->second) {
      if ((first & entry.mask) == entry.text) take(entry.rule, begin);
    }
  }

  std::array<std::uint64_t, (1u << kKeyBits) / 64> seen_{};        ///< Hashes of all keys.
  std::unordered_map<std::uint64_t, std::vector<Entry>> entries_;  ///< By their keys.
};

}  // namespace lr::secrets
