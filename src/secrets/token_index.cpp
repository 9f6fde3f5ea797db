#include "secrets/token_index.h"

#include <algorithm>

namespace lr::secrets {
namespace {

constexpr bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

ByteSet word_bytes() {
  ByteSet set;
  for (unsigned c = 0; c < 256; ++c) set.set(c, is_word(static_cast<char>(c)));
  return set;
}

ByteSet token_bytes() {
  ByteSet set = word_bytes();
  for (char c : std::string_view("+-./")) set.set(static_cast<std::uint8_t>(c));
  return set;
}

/// The set of each of the first places, as far as TokenIndex asks for them.
std::vector<const ByteSet*> first_places(const Outline& outline, const SetTable& sets) {
  std::vector<const ByteSet*> first;
  for (const Outline::Places& places : outline.places) {
    for (unsigned i = 0; i < places.count && first.size() < kTokenMin; ++i) {
      first.push_back(&sets[places.set]);
    }
  }
  return first;
}

bool is_within(const ByteSet& part, const ByteSet& whole) { return (part & ~whole).none(); }

}  // namespace

bool TokenIndex::add(std::uint32_t rule, const PatternNode& tree, const Outline& outline,
                     const SetTable& sets) {
  const std::vector<const ByteSet*> first = first_places(outline, sets);
  if (!outline.at_word_edge || first.size() < kTokenMin) return false;
  if (!is_within(*first[0], word_bytes())) return false;
  const ByteSet token = token_bytes();
  if (!std::ranges::all_of(first, [&](const ByteSet* set) { return is_within(*set, token); })) {
    return false;
  }
  const std::vector<std::string> texts = first_texts(tree);
  for (const std::string& text : texts) {
    std::string padded = text;
    padded.resize(kFirstTextMax);
    const std::uint64_t bytes = first_bytes(padded.data());
    const std::uint64_t mask = ~0ull >> 8 * (kFirstTextMax - text.size());
    const std::uint64_t key = bytes & ((mask & kLongKey) == kLongKey ? kLongKey : kShortKey);
    entries_[key].push_back({bytes, mask, rule});
    seen_[hash(key) / 64] |= 1ull << hash(key) % 64;
  }
  return !texts.empty();
}

}  // namespace lr::secrets
