// What kinds of bytes a text is made of, sixty-four at a time: one bit for each byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lr::secrets {

inline constexpr std::size_t kBlock = 64;

/// Bit i is about byte i of the block.
struct BlockMasks {
  std::uint64_t base64 = 0;  ///< RFC 4648 sections 4 and 5, without padding.
  /// '%' before a hex digit, '\\' before one of "UXux0123", '&' before one of "!#qs": what may be
  /// an escape, and little else.
  std::uint64_t escapes = 0;
  std::uint64_t zeros = 0;
  friend bool operator==(const BlockMasks&, const BlockMasks&) = default;
};

/// Fills `masks` with what stands at `data`, which has kBlock bytes for each of them and one more.
using BlockReader = void (*)(const char* data, std::span<BlockMasks> masks);
/// All readers that this processor can run, the fastest last; they say the same.
std::vector<BlockReader> block_readers();
BlockReader block_reader();  ///< The fastest.

/// Bytes of names and of tokens.
struct WordMasks {
  std::uint64_t word = 0;   ///< Letters, digits and '_': what \b tells from the rest.
  std::uint64_t token = 0;  ///< The same and "+-./".
  friend bool operator==(const WordMasks&, const WordMasks&) = default;
};
using WordReader = void (*)(const char* data, std::span<WordMasks> masks);
std::vector<WordReader> word_readers();
WordReader word_reader();

/// Nothing but hex digits.
bool is_hex(std::string_view text);

/// Which of kBlock bytes are printable or line ends.
std::uint64_t printable_mask(const char* data);
inline bool is_printable(char c) {
  return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t';
}

/// Part of a row of printable bytes, or of printable bytes with zeros in turn.
inline bool may_be_readable(char c) { return is_printable(c) || c == '\0'; }

}  // namespace lr::secrets
