#include "secrets/exact/gram_index.h"

#include <string.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace lr::secrets {
namespace {

constexpr std::size_t kFilterBitsPerGram = 16;
constexpr std::size_t kFilterWordsMax = std::size_t{1} << 17;  ///< 1 MiB: the second-level cache.
constexpr std::size_t kCountsMax = std::size_t{1} << 22;
constexpr unsigned kHashBits = 64;

/// Shift that leaves as many of a hash's top bits as number `count` cells, a power of two.
unsigned shift_for(std::size_t count) {
  return kHashBits - static_cast<unsigned>(std::countr_zero(count));
}

/// Where grams are taken from: enough to choose from, however long the text is. A single one needs
/// no large choice.
std::string_view middle_of(std::string_view text, const GramShape& shape) {
  const std::size_t middle = shape.stride == 1 ? 48 : 128;
  if (text.size() <= middle) return text;
  return text.substr((text.size() - middle) / 2, middle);
}

std::size_t cells(std::size_t least, std::size_t most) {
  return std::min(std::bit_ceil(std::max<std::size_t>(least, 2)), most);
}

}  // namespace

GramIndex::GramIndex(GramShape shape, std::span<const Text> texts)
    : shape_(shape),
      mask_(shape.bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * shape.bytes)) - 1) {
  if (texts.empty()) return;
  std::size_t grams = 0;
  for (const Text& text : texts) grams += middle_of(text.bytes, shape_).size();
  std::vector<std::uint8_t> counts(cells(2 * grams, kCountsMax));
  slot_shift_ = shift_for(counts.size());
  for (const Text& text : texts) {
    const std::string_view middle = middle_of(text.bytes, shape_);
    for (std::size_t at = 0; at + shape_.bytes <= middle.size(); ++at) {
      std::uint8_t& count = counts[slot_of(hash_at(middle, at))];
      if (count < std::numeric_limits<std::uint8_t>::max()) ++count;
    }
  }
  std::vector<std::uint64_t> hashes;
  std::vector<Entry> entries;
  for (const Text& text : texts) {
    const std::string_view middle = middle_of(text.bytes, shape_);
    const auto skipped = static_cast<std::size_t>(middle.data() - text.bytes.data());
    const std::size_t first = skipped + first_gram(middle, counts);
    for (std::size_t at = first; at < first + shape_.stride; ++at) {
      const std::uint64_t h = hash_at(text.bytes, at);
      hashes.push_back(h);
      entries.push_back(
          {static_cast<std::uint32_t>(h >> 16), text.id, static_cast<std::uint32_t>(at)});
    }
  }
  fill(hashes, entries);
}

std::uint64_t GramIndex::hash_at(std::string_view text, std::size_t at) const {
  if (shape_.bytes > 8) return hash<kWideWords>(text.data() + at);
  if (at + 8 <= text.size()) return hash<1>(text.data() + at);
  char word[8] = {};
  std::memcpy(word, text.data() + at, shape_.bytes);
  const std::uint64_t out = hash<1>(word);
  explicit_bzero(word, sizeof word);
  return out;
}

/// Where the run of `stride` grams begins that other texts share least; among equals the one in
/// the middle, because credentials carry fixed words at their ends.
std::size_t GramIndex::first_gram(std::string_view text,
                                  std::span<const std::uint8_t> counts) const {
  const auto shared = [&](std::size_t at) {
    return std::size_t{counts[slot_of(hash_at(text, at))]};
  };
  const std::size_t last = text.size() - shape_.text_bytes_min();
  const auto off_middle = [&](std::size_t at) {
    return at > last / 2 ? at - last / 2 : last / 2 - at;
  };
  std::size_t sum = 0;
  for (std::size_t at = 0; at < shape_.stride; ++at) sum += shared(at);
  std::size_t best = 0;
  std::size_t best_sum = sum;
  for (std::size_t at = 1; at <= last; ++at) {
    sum += shared(at + shape_.stride - 1) - shared(at - 1);
    if (sum < best_sum || (sum == best_sum && off_middle(at) < off_middle(best))) {
      best = at;
      best_sum = sum;
    }
  }
  return best;
}

void GramIndex::fill(std::span<const std::uint64_t> hashes, std::span<const Entry> entries) {
  filter_.assign(cells(entries.size() * kFilterBitsPerGram / 64, kFilterWordsMax), 0);
  filter_shift_ = shift_for(filter_.size());
  slots_.assign(cells(entries.size(), kCountsMax) + 1, 0);
  slot_shift_ = shift_for(slots_.size() - 1);
  for (const std::uint64_t h : hashes) {
    filter_[h >> filter_shift_] |=
        (std::uint64_t{1} << first_bit(h)) | (std::uint64_t{1} << second_bit(h));
    ++slots_[slot_of(h) + 1];
  }
  for (std::size_t i = 1; i < slots_.size(); ++i) slots_[i] += slots_[i - 1];
  std::vector<std::uint32_t> next(slots_.begin(), slots_.end() - 1);
  entries_.resize(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    entries_[next[slot_of(hashes[i])]++] = entries[i];
}

}  // namespace lr::secrets
