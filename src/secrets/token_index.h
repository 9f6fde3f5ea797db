// Tokens that begin a word and go on for a while, as most provider tokens do ("sk_live_…"): found
// by their first bytes, without Vectorscan. Ordinary text has few long words, so hundreds of short
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
      if (!may_be_key(key_of(first))) continue;
      for (const Entry& entry : entries_of(key_of(first))) {
        if ((first & entry.mask) == entry.text) take(entry.rule, begin);
      }
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
  static std::uint32_t key_of(std::uint64_t first) {
    static_assert(kFirstTextMin == 3);
    return static_cast<std::uint32_t>(first & 0xFFFFFF);
  }
  static std::uint32_t hash(std::uint32_t key) { return key * 0x9E3779B1u >> (32 - kKeyBits); }
  bool may_be_key(std::uint32_t key) const {
    const std::uint32_t bit = hash(key);
    return (seen_[bit / 64] >> bit % 64 & 1) != 0;
  }
  std::span<const Entry> entries_of(std::uint32_t key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::span<const Entry>() : found->second;
  }

  std::array<std::uint64_t, (1u << kKeyBits) / 64> seen_{};        ///< Hashes of all keys.
  std::unordered_map<std::uint32_t, std::vector<Entry>> entries_;  ///< By their first three bytes.
};

}  // namespace lr::secrets
