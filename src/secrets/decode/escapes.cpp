// The escapes of C, JavaScript, Java, Python, JSON and shells' $'…'.
#include <algorithm>
#include <array>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

constexpr std::uint32_t kLastPoint = 0x10FFFF;

struct Escape {
  std::size_t size = 0;  ///< 0: none here.
  std::uint32_t point = 0;
  bool byte = false;  ///< A byte rather than a code point.
};

Escape hex_escape(std::string_view text, std::size_t at, std::size_t digits, bool byte) {
  std::uint32_t value = 0;
  if (read_hex(text, at + 2, digits, value) != digits) return {};
  return {digits + 2, value, byte};
}

Escape octal_escape(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at + 1; i < at + 4; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '7') return {};
    value = value * 8 + static_cast<std::uint32_t>(text[i] - '0');
  }
  return value < 256 ? Escape{4, value, true} : Escape{};
}

Escape unicode_escape(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  if (at + 2 < text.size() && text[at + 2] == '{') {
    const std::size_t digits = read_hex(text, at + 3, 6, value);
    const std::size_t end = at + 3 + digits;
    const bool closed = digits > 0 && end < text.size() && text[end] == '}';
    return closed ? Escape{digits + 4, value, false} : Escape{};
  }
  Escape first = hex_escape(text, at, 4, false);
  if (first.size == 0 || first.point < 0xD800 || first.point > 0xDBFF) return first;
  const std::size_t next = at + first.size;
  if (!text.substr(std::min(next, text.size())).starts_with("\\u")) return first;
  const Escape second = hex_escape(text, next, 4, false);
  if (second.size == 0 || second.point < 0xDC00 || second.point > 0xDFFF) return first;
  return {12, 0x10000 + ((first.point - 0xD800) << 10) + (second.point - 0xDC00), false};
}

Escape read_escape(std::string_view text, std::size_t at) {
  if (text[at] != '\\' || at + 3 >= text.size()) return {};
  switch (text[at + 1]) {
    case 'x':
      return hex_escape(text, at, 2, true);
    case 'u':
      return unicode_escape(text, at);
    case 'U':
      return hex_escape(text, at, 8, false);
    default:
      return octal_escape(text, at);
  }
}

}  // namespace

std::string decode_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; true;) {
    const std::size_t plain = std::min(text.find('\\', i), text.size());
    out.append(text.substr(i, plain - i));
    i = plain;
    if (i == text.size()) return out;
    const Escape escape = read_escape(text, i);
    if (escape.size == 0 || escape.point > kLastPoint) {
      out += text[i++];
      continue;
    }
    if (escape.byte) {
      out += static_cast<char>(escape.point);
    } else {
      append_utf8(out, escape.point);
    }
    i += escape.size;
  }
}

}  // namespace lr::secrets
