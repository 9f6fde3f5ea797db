#include "secrets/decode/blocks.h"

#include <immintrin.h>

#include <algorithm>

#include "secrets/decode/append_utf8.h"

namespace lr::secrets {
namespace {

__m128i in_range(__m128i bytes, char first, char last) {
  const __m128i moved = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
  const __m128i most = _mm_set1_epi8(static_cast<char>(last - first));
  return _mm_cmpeq_epi8(_mm_min_epu8(moved, most), moved);
}

__m128i equal(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }

__m128i load(const void* data) { return _mm_loadu_si128(static_cast<const __m128i*>(data)); }

std::uint64_t bits_at(__m128i mask, unsigned place) {
  return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask))) << place;
}

/// A byte is in a row of its upper half and a column of its lower half; a class is where the bits
/// of both meet.
struct Classes {
  std::uint8_t columns[16];
  std::uint8_t rows[16];
};

/// Bits 0 to 4 are base64, 7 is zero.
constexpr Classes kBlockClasses = {{0x8A, 0x0E, 0x0E, 0x0E, 0x0E, 0x0E, 0x0E, 0x0E, 0x0E, 0x0E,
                                    0x0C, 0x05, 0x04, 0x05, 0x04, 0x15},
                                   {0x80, 0x00, 0x01, 0x02, 0x04, 0x18, 0x04, 0x08, 0x00, 0x00,
                                    0x00, 0x00, 0x00, 0x00, 0x00, 0x00}};
/// Bits 0 and 1 are '%', 2 and 3 the backslash, 4 is '&'.
constexpr Classes kMarkClasses = {{0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x10, 0x00, 0x00, 0x00, 0x00,
                                   0x00, 0x0C, 0x00, 0x00, 0x00},
                                  {0x00, 0x00, 0x13, 0x00, 0x00, 0x0C, 0x00, 0x00, 0x00, 0x00, 0x00,
                                   0x00, 0x00, 0x00, 0x00, 0x00}};
/// What may stand behind these, in the same bits.
constexpr Classes kEscapeClasses = {{0x09, 0x1B, 0x0B, 0x1B, 0x03, 0x07, 0x03, 0x01, 0x05, 0x01,
                                     0x00, 0x00, 0x00, 0x00, 0x00, 0x00},
                                    {0x00, 0x00, 0x10, 0x09, 0x02, 0x04, 0x02, 0x14, 0x00, 0x00,
                                     0x00, 0x00, 0x00, 0x00, 0x00, 0x00}};
/// Bits 0 to 3 are words, 4 is what else tokens have.
constexpr Classes kWordClasses = {{0x05, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x06,
                                   0x12, 0x02, 0x12, 0x12, 0x1A},
                                  {0x00, 0x00, 0x10, 0x01, 0x02, 0x0C, 0x02, 0x04}};

[[gnu::target("avx2")]] __m256i classes_of(const Classes& classes, const char* data) {
  const __m256i columns = _mm256_broadcastsi128_si256(load(classes.columns));
  const __m256i rows = _mm256_broadcastsi128_si256(load(classes.rows));
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data));
  const __m256i half = _mm256_set1_epi8(0x0F);
  const __m256i low = _mm256_and_si256(bytes, half);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
  return _mm256_and_si256(_mm256_shuffle_epi8(columns, low), _mm256_shuffle_epi8(rows, high));
}

[[gnu::target("avx2")]] std::uint64_t bits_where(__m256i classes, char wanted) {
  const __m256i chosen = _mm256_and_si256(classes, _mm256_set1_epi8(wanted));
  return static_cast<unsigned>(
      _mm256_movemask_epi8(_mm256_cmpgt_epi8(chosen, _mm256_setzero_si256())));
}

[[gnu::target("avx2")]] std::uint64_t escapes_at(const char* data) {
  return bits_where(
      _mm256_and_si256(classes_of(kMarkClasses, data), classes_of(kEscapeClasses, data + 1)), 0x1F);
}

[[gnu::target("avx2")]] std::uint64_t top_bits(__m256i classes) {
  return static_cast<unsigned>(_mm256_movemask_epi8(classes));
}

[[gnu::target("avx2")]] void read_blocks_avx2(const char* data, std::span<BlockMasks> masks) {
  for (BlockMasks& mask : masks) {
    const __m256i first = classes_of(kBlockClasses, data);
    const __m256i second = classes_of(kBlockClasses, data + 32);
    mask.base64 = bits_where(first, 0x1F) | bits_where(second, 0x1F) << 32;
    mask.escapes = escapes_at(data) | escapes_at(data + 32) << 32;
    mask.zeros = top_bits(first) | top_bits(second) << 32;
    data += kBlock;
  }
}

[[gnu::target("avx2")]] void read_words_avx2(const char* data, std::span<WordMasks> masks) {
  for (WordMasks& mask : masks) {
    const __m256i first = classes_of(kWordClasses, data);
    const __m256i second = classes_of(kWordClasses, data + 32);
    mask.word = bits_where(first, 0x0F) | bits_where(second, 0x0F) << 32;
    mask.token = bits_where(first, 0x1F) | bits_where(second, 0x1F) << 32;
    data += kBlock;
  }
}

[[gnu::target("avx512f,avx512bw")]] __m512i wide_classes_of(const Classes& classes,
                                                            const char* data) {
  const __m512i columns = _mm512_broadcast_i32x4(load(classes.columns));
  const __m512i rows = _mm512_broadcast_i32x4(load(classes.rows));
  const __m512i bytes = _mm512_loadu_si512(data);
  const __m512i half = _mm512_set1_epi8(0x0F);
  const __m512i low = _mm512_and_si512(bytes, half);
  const __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), half);
  return _mm512_and_si512(_mm512_shuffle_epi8(columns, low), _mm512_shuffle_epi8(rows, high));
}

[[gnu::target("avx512f,avx512bw")]] std::uint64_t wide_bits_where(__m512i classes, char wanted) {
  return _mm512_test_epi8_mask(classes, _mm512_set1_epi8(wanted));
}

[[gnu::target("avx512f,avx512bw")]] void read_blocks_avx512(const char* data,
                                                            std::span<BlockMasks> masks) {
  for (BlockMasks& mask : masks) {
    const __m512i classes = wide_classes_of(kBlockClasses, data);
    mask.base64 = wide_bits_where(classes, 0x1F);
    mask.escapes = _mm512_test_epi8_mask(wide_classes_of(kMarkClasses, data),
                                         wide_classes_of(kEscapeClasses, data + 1));
    mask.zeros = static_cast<std::uint64_t>(_mm512_movepi8_mask(classes));
    data += kBlock;
  }
}

[[gnu::target("avx512f,avx512bw")]] void read_words_avx512(const char* data,
                                                           std::span<WordMasks> masks) {
  for (WordMasks& mask : masks) {
    const __m512i classes = wide_classes_of(kWordClasses, data);
    mask.word = wide_bits_where(classes, 0x0F);
    mask.token = wide_bits_where(classes, 0x1F);
    data += kBlock;
  }
}

bool has_avx2() { return __builtin_cpu_supports("avx2") != 0; }
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
}

__m128i letters_of(__m128i bytes) {
  return in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
}

WordMasks read_word(const char* data) {
  WordMasks masks;
  for (unsigned i = 0; i < kBlock; i += 16) {
    const __m128i bytes = load(data + i);
    const __m128i names = _mm_or_si128(in_range(bytes, '0', '9'), equal(bytes, '_'));
    const __m128i word = _mm_or_si128(letters_of(bytes), names);
    const __m128i signs = _mm_or_si128(in_range(bytes, '-', '/'), equal(bytes, '+'));
    masks.word |= bits_at(word, i);
    masks.token |= bits_at(_mm_or_si128(word, signs), i);
  }
  return masks;
}

__m128i hex_of(__m128i bytes) {
  const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
  return _mm_or_si128(in_range(bytes, '0', '9'), in_range(lower, 'a', 'f'));
}

__m128i escapes_of(__m128i bytes, __m128i next) {
  const __m128i lower = _mm_or_si128(next, _mm_set1_epi8(0x20));
  const __m128i code =
      _mm_or_si128(_mm_or_si128(equal(lower, 'x'), equal(lower, 'u')), in_range(next, '0', '3'));
  const __m128i entity = _mm_or_si128(_mm_or_si128(equal(next, '#'), equal(next, 'q')),
                                      _mm_or_si128(equal(next, '!'), equal(next, 's')));
  return _mm_or_si128(_mm_and_si128(equal(bytes, '%'), hex_of(next)),
                      _mm_or_si128(_mm_and_si128(equal(bytes, '\\'), code),
                                   _mm_and_si128(equal(bytes, '&'), entity)));
}

BlockMasks read_block(const char* data) {
  BlockMasks masks;
  for (unsigned i = 0; i < kBlock; i += 16) {
    const __m128i bytes = load(data + i);
    const __m128i digits = in_range(bytes, '/', '9');
    const __m128i signs =
        _mm_or_si128(_mm_or_si128(equal(bytes, '+'), equal(bytes, '-')), equal(bytes, '_'));
    masks.base64 |= bits_at(_mm_or_si128(_mm_or_si128(letters_of(bytes), digits), signs), i);
    masks.escapes |= bits_at(escapes_of(bytes, load(data + i + 1)), i);
    masks.zeros |= bits_at(equal(bytes, 0), i);
  }
  return masks;
}

void read_blocks_plain(const char* data, std::span<BlockMasks> masks) {
  for (BlockMasks& mask : masks) {
    mask = read_block(data);
    data += kBlock;
  }
}

void read_words_plain(const char* data, std::span<WordMasks> masks) {
  for (WordMasks& mask : masks) {
    mask = read_word(data);
    data += kBlock;
  }
}

}  // namespace

std::vector<BlockReader> block_readers() {
  std::vector<BlockReader> readers{read_blocks_plain};
  if (has_avx2()) readers.push_back(read_blocks_avx2);
  if (has_avx512()) readers.push_back(read_blocks_avx512);
  return readers;
}

BlockReader block_reader() {
  static const BlockReader fastest = block_readers().back();
  return fastest;
}

std::vector<WordReader> word_readers() {
  std::vector<WordReader> readers{read_words_plain};
  if (has_avx2()) readers.push_back(read_words_avx2);
  if (has_avx512()) readers.push_back(read_words_avx512);
  return readers;
}

WordReader word_reader() {
  static const WordReader fastest = word_readers().back();
  return fastest;
}

bool is_hex(std::string_view text) {
  constexpr std::size_t kStep = sizeof(__m128i);
  for (; text.size() >= kStep; text.remove_prefix(kStep)) {
    if (_mm_movemask_epi8(hex_of(load(text.data()))) != 0xFFFF) return false;
  }
  return std::ranges::all_of(text, [](char c) { return hex_digit(c) >= 0; });
}

std::uint64_t printable_mask(const char* data) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < kBlock; i += 16) {
    const __m128i bytes = load(data + i);
    const __m128i ends =
        _mm_or_si128(_mm_or_si128(equal(bytes, '\n'), equal(bytes, '\r')), equal(bytes, '\t'));
    mask |= bits_at(_mm_or_si128(in_range(bytes, ' ', '~'), ends), i);
  }
  return mask;
}

}  // namespace lr::secrets
