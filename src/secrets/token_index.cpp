#include "secrets/token_index.h"

#include <algorithm>
#include <cstring>

#include "secrets/decode/blocks.h"

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
    for (unsigned i = 0; i < places.count && first.size() < TokenIndex::kTokenMin; ++i) {
      first.push_back(&sets[places.set]);
    }
  }
  return first;
}

bool is_within(const ByteSet& part, const ByteSet& whole) { return (part & ~whole).none(); }

/// Bits at which kTokenMin or more in a row begin.
std::uint64_t long_starts(std::uint64_t bits) {
  static_assert(TokenIndex::kTokenMin == 16);
  for (const unsigned by : {1u, 2u, 4u, 8u}) bits &= bits >> by;
  return bits;
}

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
    entries_[key_of(bytes)].push_back({bytes, mask, rule});
    seen_[hash(key_of(bytes)) / 64] |= 1ull << hash(key_of(bytes)) % 64;
  }
  return !texts.empty();
}

std::size_t TokenIndex::find_starts(std::string_view bytes, Range range,
                                    std::span<std::uint64_t, kBatch> starts) {
  const std::size_t wanted =
      (std::min(range.end, bytes.size()) - range.begin + kBlock - 1) / kBlock;
  const std::size_t count = std::min(wanted, kBatch);
  const WordReader read = word_reader();
  std::array<WordMasks, kBatch + 1> masks;  // One more for what goes on behind the last.
  const std::size_t whole = std::min((bytes.size() - range.begin) / kBlock, count + 1);
  read(bytes.data() + range.begin, std::span(masks).first(whole));
  for (std::size_t i = whole; i <= count; ++i) {
    char padded[kBlock] = {};
    const std::size_t at = range.begin + i * kBlock;
    if (at < bytes.size()) std::memcpy(padded, bytes.data() + at, bytes.size() - at);
    read(padded, std::span(masks).subspan(i, 1));
  }
  // Whether a word goes on at the first byte.
  std::uint64_t before = range.begin > 0 && is_word(bytes[range.begin - 1]) ? 1 : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t begins = masks[i].word & ~(masks[i].word << 1 | before);
    before = masks[i].word >> 63;
    // Within the block, or from its last half into the one behind it.
    const std::uint64_t across = masks[i].token >> 32 | masks[i + 1].token << 32;
    starts[i] = begins & (long_starts(masks[i].token) | long_starts(across) << 32);
  }
  // Blocks may reach behind the range.
  const std::size_t left = range.end - range.begin;
  if (left < count * kBlock) starts[count - 1] &= ~0ull >> (count * kBlock - left);
  return count;
}

}  // namespace lr::secrets
