// Writing a code point. Internal to the decoders.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lr::secrets {

/// UTF-8 (RFC 3629) for a code point; nothing above U+10FFFF is asked for.
inline void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | (point >> 18 & 0x07));
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

/// 0 to 15, or -1.
inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Reads up to `most` hex digits at `at`; returns how many there were.
inline std::size_t read_hex(std::string_view text, std::size_t at, std::size_t most,
                            std::uint32_t& value) {
  std::size_t count = 0;
  for (value = 0; count < most && at + count < text.size(); ++count) {
    const int digit = hex_digit(text[at + count]);
    if (digit < 0) break;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return count;
}

}  // namespace lr::secrets
