// Finds where any of many texts may stand, by looking at every n-th place only.
//
// Of every text, `stride` consecutive grams (pieces of `bytes` bytes) are indexed. Wherever the
// text stands, exactly one of them begins at a multiple of `stride`, so these places alone are
// looked at: one hash and one bit test each, then a comparison for the few that pass. The grams are
// taken where the texts differ most, so that a common prefix ("sk_live_") costs nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace lr::secrets {

/// Escapes spend six bytes on one character: grams of eight bytes would tell too little.
inline constexpr unsigned kWideWords = 3;
inline constexpr unsigned kWideBytes = 8 * kWideWords;

struct GramShape {
  unsigned bytes = 8;   ///< 1 to 8, or kWideBytes.
  unsigned stride = 1;  ///< Places between two looks.
  /// The shortest text that this shape can find.
  constexpr std::size_t text_bytes_min() const { return bytes + stride - 1; }
};

class GramIndex {
 public:
  /// A text and the number that it is reported by. It may die after the constructor.
  struct Text {
    std::uint32_t id = 0;
    std::string_view bytes;  ///< At least shape.text_bytes_min() of them.
  };
  GramIndex(GramShape shape, std::span<const Text> texts);

  bool empty() const { return entries_.empty(); }
  /// Calls maybe(id, begin) for every place where text `id` may begin; begin may be negative and
  /// the end may be past `text`. Each true place is reported once.
  template <class Maybe>
  void scan(std::string_view text, Maybe maybe) const;

 private:
  struct Entry {
    std::uint32_t tag = 0;  ///< More of the hash than the slot holds.
    std::uint32_t id = 0;
    std::uint32_t offset = 0;  ///< Of the gram in its text.
  };
  /// Of the gram at `bytes`, of which whole words can be read.
  template <unsigned kWords>
  std::uint64_t hash(const char* bytes) const;
  std::uint64_t hash_at(std::string_view text, std::size_t at) const;
  /// Two bits of one word, so that a place costs one load.
  static unsigned first_bit(std::uint64_t hash) { return (hash >> 32) & 63; }
  static unsigned second_bit(std::uint64_t hash) { return (hash >> 26) & 63; }
  std::size_t slot_of(std::uint64_t hash) const { return hash >> slot_shift_; }
  std::size_t first_gram(std::string_view text, std::span<const std::uint8_t> counts) const;
  void fill(std::span<const std::uint64_t> hashes, std::span<const Entry> entries);
  template <unsigned kWords, class Maybe>
  void scan_words(std::string_view text, Maybe& maybe) const;
  template <class Maybe>
  void look_up(std::uint64_t hash, std::size_t at, Maybe& maybe) const;

  GramShape shape_;
  std::uint64_t mask_ = 0;
  unsigned filter_shift_ = 0;
  unsigned slot_shift_ = 0;
  std::vector<std::uint64_t> filter_;
  std::vector<std::uint32_t> slots_;  ///< Where the entries of a slot begin; one more at the end.
  std::vector<Entry> entries_;
};

template <class Maybe>
void GramIndex::look_up(std::uint64_t hash, std::size_t at, Maybe& maybe) const {
  const std::size_t slot = slot_of(hash);
  for (std::size_t i = slots_[slot]; i < slots_[slot + 1]; ++i) {
    const Entry& entry = entries_[i];
    if (entry.tag != static_cast<std::uint32_t>(hash >> 16)) continue;
    maybe(entry.id, static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(entry.offset));
  }
}

template <unsigned kWords>
std::uint64_t GramIndex::hash(const char* bytes) const {
  std::uint64_t out = 0;
  for (unsigned i = 0; i < kWords; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + 8 * i, 8);
    if constexpr (kWords == 1) word &= mask_;
    out = (out ^ (out >> 32) ^ word) * 0x9e3779b97f4a7c15u;
  }
  return out;
}

template <unsigned kWords, class Maybe>
void GramIndex::scan_words(std::string_view text, Maybe& maybe) const {
  std::size_t at = 0;
  for (; at + 8 * kWords <= text.size(); at += shape_.stride) {
    const std::uint64_t h = hash<kWords>(text.data() + at);
    const std::uint64_t word = filter_[h >> filter_shift_];
    if (((word >> first_bit(h)) & (word >> second_bit(h)) & 1) != 0) [[unlikely]] {
      look_up(h, at, maybe);
    }
  }
  for (; at + shape_.bytes <= text.size(); at += shape_.stride) {
    look_up(hash_at(text, at), at, maybe);
  }
}

template <class Maybe>
void GramIndex::scan(std::string_view text, Maybe maybe) const {
  if (empty()) return;
  if (shape_.bytes <= 8) return scan_words<1>(text, maybe);
  scan_words<kWideWords>(text, maybe);
}

}  // namespace lr::secrets
