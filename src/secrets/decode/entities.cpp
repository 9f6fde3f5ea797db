#include <algorithm>
#include <array>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

struct Name {
  std::string_view text;
  char meaning;
};
constexpr auto kNames = std::to_array<Name>(
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}});

/// The size of a numeric reference at `text[0]`, or 0.
std::size_t read_number(std::string_view text, std::uint32_t& point) {
  if (!text.starts_with("&#")) return 0;
  std::size_t at = 2;
  std::size_t digits = 0;
  if (at < text.size() && (text[at] == 'x' || text[at] == 'X')) {
    digits = read_hex(text, ++at, 6, point);
  } else {
    for (point = 0; digits < 7 && at + digits < text.size(); ++digits) {
      const char c = text[at + digits];
      if (c < '0' || c > '9') break;
      point = point * 10 + static_cast<std::uint32_t>(c - '0');
    }
  }
  at += digits;
  if (digits == 0 || at >= text.size() || text[at] != ';' || point > 0x10FFFF) return 0;
  return at + 1;
}

/// What the '&' at the front of the text means; returns the size of what it read.
std::size_t decode_one(std::string_view text, std::string& out) {
  std::uint32_t point = 0;
  if (const std::size_t size = read_number(text, point); size > 0) {
    append_utf8(out, point);
    return size;
  }
  for (const Name& name : kNames) {
    if (!text.starts_with(name.text)) continue;
    out += name.meaning;
    return name.text.size();
  }
  out += '&';
  return 1;
}

}  // namespace

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t plain = std::min(text.find('&'), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return out;
    text.remove_prefix(decode_one(text, out));
  }
}

}  // namespace lr::secrets
