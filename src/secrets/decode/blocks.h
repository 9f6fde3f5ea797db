// What kinds of bytes a text is made of, sixty-four at a time: one bit for each byte. One pass
// finds where tokens begin and where encoded text may stand.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "secrets/document.h"

namespace lr::secrets {

inline constexpr std::size_t kBlock = 64;
/// Blocks that are read at once: what is known about them stays in the cache.
inline constexpr std::size_t kBatch = 64;
/// Bytes of a token, [0-9A-Za-z_+./-], that go on from the begin of a word.
inline constexpr std::uint32_t kTokenMin = 16;
/// Characters of encoded text in a row.
inline constexpr std::size_t kLeastRun = 24;

/// What stands in up to kBatch blocks. Bit i of entry k is about byte i of block k.
struct BlockBatch {
  std::size_t begin = 0;                     ///< Where the first block begins.
  std::size_t blocks = 0;                    ///< How many there are; entries behind say nothing.
  std::array<std::uint64_t, kBatch> base64;  ///< RFC 4648 sections 4 and 5, without padding.
  /// Places at which kLeastRun characters of base64 end.
  std::array<std::uint64_t, kBatch> runs;
  /// '%' before a hex digit, '\\' before one of "UXux0123", '&' before one of "!#qs": what may be
  /// an escape, and little else.
  std::array<std::uint64_t, kBatch> escapes;
  /// Zeros, where they may stand in turn with other bytes, as in UTF-16 of ASCII.
  std::array<std::uint64_t, kBatch> zeros;

  /// Begins of words (what \b tells from the rest) that go on for kTokenMin bytes of a token, as
  /// distances from `begin`, rising.
  std::span<const std::uint16_t> token_starts() const {
    return std::span(starts).first(start_count);
  }
  /// Blocks that have runs, escapes or zeros, rising.
  std::span<const std::uint8_t> busy_blocks() const { return std::span(busy).first(busy_count); }

  /// A word is followed by a byte that is none; and those added at once may be more than there are.
  static constexpr std::size_t kStartsMax = kBatch * kBlock / 2 + 4;
  std::array<std::uint16_t, kStartsMax> starts;
  std::size_t start_count = 0;
  std::array<std::uint8_t, kBatch> busy;
  std::size_t busy_count = 0;
};

/// Fills `batch` with what stands in `range`, at most kBatch * kBlock of `bytes`. It ends where
/// they end or at a whole block, or else only the starts are those of the range.
using BatchReader = void (*)(std::string_view bytes, Range range, BlockBatch& batch);
/// All readers that this processor can run, the fastest last; they say the same.
std::vector<BatchReader> batch_readers();
BatchReader batch_reader();  ///< The fastest.

/// Calls take(batch) for all batches of a range, in rising order.
template <class Take>
void each_batch(std::string_view bytes, Range range, Take take) {
  const BatchReader read = batch_reader();
  BlockBatch batch;
  for (std::size_t at = range.begin; at < range.end; at += kBatch * kBlock) {
    read(bytes, {at, std::min(range.end, at + kBatch * kBlock)}, batch);
    take(std::as_const(batch));
  }
}

/// Nothing but hex digits.
bool is_hex(std::string_view text);

/// Which of kBlock hex digits may be the first of a printable byte, a line end or a zero.
std::uint64_t readable_digits_mask(const char* digits);

/// Which of kBlock bytes are printable or line ends.
std::uint64_t printable_mask(const char* data);
inline bool is_printable(char c) {
  return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
}

/// Part of a row of printable bytes, or of printable bytes with zeros in turn.
inline bool may_be_readable(char c) { return is_printable(c) || c == '\0'; }

}  // namespace lr::secrets
