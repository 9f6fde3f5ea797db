#include "secrets/decode/blocks.h"

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

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

/// Bits 0 to 3 are words, 4 is what else base64 has, 5 is the dot that tokens have, 7 is zero.
constexpr Classes kBlockClasses = {{0x85, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07, 0x07,
                                    0x06, 0x12, 0x02, 0x12, 0x22, 0x1A},
                                   {0x80, 0x00, 0x30, 0x01, 0x02, 0x0C, 0x02, 0x04, 0x00, 0x00,
                                    0x00, 0x00, 0x00, 0x00, 0x00, 0x00}};
constexpr char kWordBits = 0x0F;
constexpr char kBase64Bits = 0x1F;
constexpr char kTokenBits = 0x3F;
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
/// Of the blocks of a batch, and of those in front of it and behind it: entry 0 is the one in
/// front.
struct Rows {
  std::array<std::uint64_t, kBatch + 2> word, base64, token, escapes, zeros;
};

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

[[gnu::target("avx2")]] void read_rows_avx2(const char* data, Range rows, Rows& out) {
  for (std::size_t i = rows.begin; i < rows.end; ++i, data += kBlock) {
    const __m256i first = classes_of(kBlockClasses, data);
    const __m256i second = classes_of(kBlockClasses, data + 32);
    out.word[i] = bits_where(first, kWordBits) | bits_where(second, kWordBits) << 32;
    out.base64[i] = bits_where(first, kBase64Bits) | bits_where(second, kBase64Bits) << 32;
    out.token[i] = bits_where(first, kTokenBits) | bits_where(second, kTokenBits) << 32;
    out.escapes[i] = escapes_at(data) | escapes_at(data + 32) << 32;
    out.zeros[i] = top_bits(first) | top_bits(second) << 32;
  }
}

/// The classes of each byte below 128, as one instruction of AVX-512 VBMI looks them up.
using WideClasses = std::array<std::uint8_t, 128>;

enum WideClass : std::uint8_t {
  kWideWord = 0x01,
  kWideBase64 = 0x02,
  kWideToken = 0x04,
  kWidePercent = 0x08,    ///< Or, of the byte behind it, what makes it an escape.
  kWideBackslash = 0x10,  ///< The same.
  kWideAmpersand = 0x20,  ///< The same.
  kWideZero = 0x80,
};

template <class IsOf>
constexpr void add_class(WideClasses& classes, WideClass bit, IsOf is_of) {
  for (unsigned c = 0; c < classes.size(); ++c) {
    if (is_of(c)) classes[c] = static_cast<std::uint8_t>(classes[c] | bit);
  }
}

constexpr auto in_class(const Classes& classes, unsigned bits) {
  return [&classes, bits](unsigned c) {
    return (classes.columns[c & 15] & classes.rows[c >> 4] & bits) != 0;
  };
}

alignas(64) constexpr WideClasses kWideBytes = [] {
  WideClasses wide{};
  add_class(wide, kWideWord, in_class(kBlockClasses, kWordBits));
  add_class(wide, kWideBase64, in_class(kBlockClasses, kBase64Bits));
  add_class(wide, kWideToken, in_class(kBlockClasses, kTokenBits));
  add_class(wide, kWidePercent, in_class(kMarkClasses, 0x03));
  add_class(wide, kWideBackslash, in_class(kMarkClasses, 0x0C));
  add_class(wide, kWideAmpersand, in_class(kMarkClasses, 0x10));
  add_class(wide, kWideZero, in_class(kBlockClasses, 0x80));
  return wide;
}();
alignas(64) constexpr WideClasses kWideNext = [] {
  WideClasses wide{};
  add_class(wide, kWidePercent, in_class(kEscapeClasses, 0x03));
  add_class(wide, kWideBackslash, in_class(kEscapeClasses, 0x0C));
  add_class(wide, kWideAmpersand, in_class(kEscapeClasses, 0x10));
  return wide;
}();

[[gnu::target("avx512f,avx512bw,avx512vbmi")]] __m512i wide_classes_of(const WideClasses& classes,
                                                                       const char* data) {
  const __m512i bytes = _mm512_loadu_si512(data);
  const __mmask64 known = _mm512_testn_epi8_mask(bytes, _mm512_set1_epi8(static_cast<char>(0x80)));
  return _mm512_maskz_permutex2var_epi8(known, _mm512_load_si512(classes.data()), bytes,
                                        _mm512_load_si512(classes.data() + kBlock));
}

[[gnu::target("avx512f,avx512bw,avx512vbmi")]] std::uint64_t wide_bits_where(__m512i classes,
                                                                             WideClass wanted) {
  return _mm512_test_epi8_mask(classes, _mm512_set1_epi8(static_cast<char>(wanted)));
}

[[gnu::target("avx512f,avx512bw,avx512vbmi")]] void read_rows_avx512(const char* data, Range rows,
                                                                     Rows& out) {
  for (std::size_t i = rows.begin; i < rows.end; ++i, data += kBlock) {
    const __m512i classes = wide_classes_of(kWideBytes, data);
    out.word[i] = wide_bits_where(classes, kWideWord);
    out.base64[i] = wide_bits_where(classes, kWideBase64);
    out.token[i] = wide_bits_where(classes, kWideToken);
    out.escapes[i] = _mm512_test_epi8_mask(classes, wide_classes_of(kWideNext, data + 1));
    out.zeros[i] = static_cast<std::uint64_t>(_mm512_movepi8_mask(classes));
  }
}

__m128i letters_of(__m128i bytes) {
  return in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
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

void read_rows_plain(const char* data, Range rows, Rows& out) {
  for (std::size_t i = rows.begin; i < rows.end; ++i, data += kBlock) {
    out.word[i] = out.base64[i] = out.token[i] = out.escapes[i] = out.zeros[i] = 0;
    for (unsigned k = 0; k < kBlock; k += 16) {
      const __m128i bytes = load(data + k);
      const __m128i names = _mm_or_si128(in_range(bytes, '0', '9'), equal(bytes, '_'));
      const __m128i word = _mm_or_si128(letters_of(bytes), names);
      const __m128i signs =
          _mm_or_si128(_mm_or_si128(equal(bytes, '+'), equal(bytes, '-')), equal(bytes, '/'));
      const __m128i base64 = _mm_or_si128(word, signs);
      out.word[i] |= bits_at(word, k);
      out.base64[i] |= bits_at(base64, k);
      out.token[i] |= bits_at(_mm_or_si128(base64, equal(bytes, '.')), k);
      out.escapes[i] |= bits_at(escapes_of(bytes, load(data + k + 1)), k);
      out.zeros[i] |= bits_at(equal(bytes, 0), k);
    }
  }
}

/// Reads the blocks of a range, of which the last may be filled up, and those around it.
template <auto kReadRows>
void read_all_rows(std::string_view bytes, Range range, Rows& rows) {
  const std::size_t blocks = (range.end - range.begin + kBlock - 1) / kBlock;
  const auto read_padded = [&](std::size_t row, std::size_t from, std::size_t size) {
    char padded[kBlock + 1];
    std::memset(padded, ' ', sizeof padded);
    // In front of the begin of a text stands nothing; otherwise blocks end where they should.
    char* const to = row == 0 ? padded + kBlock - size : padded;
    std::memcpy(to, bytes.data() + from, size);
    kReadRows(padded, {row, row + 1}, rows);
  };
  std::size_t first = 0;
  if (range.begin < kBlock) {
    read_padded(0, 0, range.begin);
    first = 1;
  }
  // A block is read with the byte behind it.
  const std::size_t front = range.begin + first * kBlock - kBlock;
  const std::size_t whole = bytes.size() > front ? (bytes.size() - front - 1) / kBlock : 0;
  const std::size_t end = std::min(first + whole, blocks + 2);
  kReadRows(bytes.data() + front, {first, end}, rows);
  for (std::size_t row = end; row < blocks + 2; ++row) {
    const std::size_t at = std::min(bytes.size(), range.begin + row * kBlock - kBlock);
    read_padded(row, at, std::min(kBlock, bytes.size() - at));
  }
}

/// Bits at which kTokenMin or more in a row begin.
[[gnu::always_inline]] inline std::uint64_t long_starts(std::uint64_t bits) {
  static_assert(kTokenMin == 16);
  for (const unsigned by : {1u, 2u, 4u, 8u}) bits &= bits >> by;
  return bits;
}

/// Places at which kLeastRun bits in a row end.
[[gnu::always_inline]] inline std::uint64_t long_runs(std::uint64_t bits) {
  static_assert(kLeastRun == 24);
  for (const unsigned by : {1u, 2u, 4u, 8u, 8u}) bits &= bits << by;
  return bits;
}

/// Zero: they do not stand as in UTF-16, which is so for most blocks of binary files. A run of
/// kLeastRun has at least half of that in one block.
[[gnu::always_inline]] inline std::uint64_t alternating(std::uint64_t zeros) {
  static_assert(kLeastRun / 2 == 12);
  std::uint64_t turns = (zeros ^ zeros >> 1) | 1ull << (kBlock - 1);
  for (const unsigned by : {1u, 2u, 4u, 4u}) turns &= turns >> by;
  return turns != 0 ? zeros : 0;
}

struct Found {
  std::array<std::uint64_t, kBatch> starts, spots;
};

[[gnu::always_inline]] inline void find_in_rows(const Rows& rows, std::size_t blocks,
                                                BlockBatch& batch, Found& found) {
  constexpr unsigned kHalf = kBlock / 2;
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::uint64_t word = rows.word[i + 1];
    const std::uint64_t begins = word & ~(word << 1 | rows.word[i] >> (kBlock - 1));
    // Within the block, or from its last half into the one behind it.
    const std::uint64_t token = rows.token[i + 1];
    const std::uint64_t onwards = token >> kHalf | rows.token[i + 2] << kHalf;
    found.starts[i] = begins & (long_starts(token) | long_starts(onwards) << kHalf);
    // Within the block, or from the half in front of it into its first half.
    const std::uint64_t base64 = rows.base64[i + 1];
    const std::uint64_t across = rows.base64[i] >> kHalf | base64 << kHalf;
    const std::uint64_t runs = long_runs(base64) | long_runs(across) >> kHalf;
    const std::uint64_t zeros = alternating(rows.zeros[i + 1]);
    batch.base64[i] = base64;
    batch.runs[i] = runs;
    batch.escapes[i] = rows.escapes[i + 1];
    batch.zeros[i] = zeros;
    found.spots[i] = runs | zeros | rows.escapes[i + 1];
  }
}

/// Writes down where bits stand rather than going from one to the next: how many a block has cannot
/// be foretold, and every wrong guess of the processor costs as much as reading the block.
[[gnu::always_inline]] inline void list_found(const Found& found, std::size_t blocks,
                                              BlockBatch& batch) {
  constexpr unsigned kAtOnce = 4;
  std::uint16_t* start = batch.starts.data();
  std::uint8_t* busy = batch.busy.data();
  for (std::size_t i = 0; i < blocks; ++i) {
    std::uint64_t left = found.starts[i];
    const auto count = static_cast<unsigned>(std::popcount(left));
    for (unsigned k = 0; k < kAtOnce; ++k, left &= left - 1) {
      start[k] =
          static_cast<std::uint16_t>(i * kBlock + static_cast<unsigned>(std::countr_zero(left)));
    }
    for (unsigned k = kAtOnce; k < count; ++k, left &= left - 1) {
      start[k] =
          static_cast<std::uint16_t>(i * kBlock + static_cast<unsigned>(std::countr_zero(left)));
    }
    start += count;
    *busy = static_cast<std::uint8_t>(i);
    busy += found.spots[i] != 0 ? 1 : 0;
  }
  batch.start_count = static_cast<std::size_t>(start - batch.starts.data());
  batch.busy_count = static_cast<std::size_t>(busy - batch.busy.data());
}

[[gnu::always_inline]] inline void take_rows(const Rows& rows, Range range, BlockBatch& batch) {
  const std::size_t size = range.end - range.begin;
  const std::size_t blocks = (size + kBlock - 1) / kBlock;
  Found found;
  find_in_rows(rows, blocks, batch, found);
  if (size < blocks * kBlock) found.starts[blocks - 1] &= ~0ull >> (blocks * kBlock - size);
  list_found(found, blocks, batch);
  batch.begin = range.begin;
  batch.blocks = blocks;
}

void take_rows_plain(const Rows& rows, Range range, BlockBatch& batch) {
  take_rows(rows, range, batch);
}

[[gnu::target("avx2,bmi,popcnt")]] void take_rows_avx2(const Rows& rows, Range range,
                                                       BlockBatch& batch) {
  take_rows(rows, range, batch);
}

[[gnu::target("avx512f,avx512bw,bmi,popcnt")]] void take_rows_avx512(const Rows& rows, Range range,
                                                                     BlockBatch& batch) {
  take_rows(rows, range, batch);
}

template <auto kReadRows, auto kTakeRows>
void read_batch(std::string_view bytes, Range range, BlockBatch& batch) {
  Rows rows;
  read_all_rows<kReadRows>(bytes, range, rows);
  kTakeRows(rows, range, batch);
}

}  // namespace

std::vector<BatchReader> batch_readers() {
  std::vector<BatchReader> readers{read_batch<read_rows_plain, take_rows_plain>};
  const bool counts = __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("popcnt") != 0;
  if (counts && __builtin_cpu_supports("avx2") != 0) {
    readers.push_back(read_batch<read_rows_avx2, take_rows_avx2>);
  }
  const bool wide = __builtin_cpu_supports("avx512f") != 0 &&
                    __builtin_cpu_supports("avx512bw") != 0 &&
                    __builtin_cpu_supports("avx512vbmi") != 0;
  if (counts && wide) {
    readers.push_back(read_batch<read_rows_avx512, take_rows_avx512>);
  }
  return readers;
}

BatchReader batch_reader() {
  static const BatchReader fastest = batch_readers().back();
  return fastest;
}

bool is_hex(std::string_view text) {
  constexpr std::size_t kStep = sizeof(__m128i);
  for (; text.size() >= kStep; text.remove_prefix(kStep)) {
    if (_mm_movemask_epi8(hex_of(load(text.data()))) != 0xFFFF) return false;
  }
  return std::ranges::all_of(text, [](char c) { return hex_digit(c) >= 0; });
}

std::uint64_t readable_digits_mask(const char* digits) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < kBlock; i += 16) {
    const __m128i bytes = load(digits + i);
    mask |= bits_at(_mm_or_si128(in_range(bytes, '2', '7'), equal(bytes, '0')), i);
  }
  return mask;
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
