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

}  // namespace

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::uint32_t point = 0;
    std::size_t size = text.front() == '&' ? read_number(text, point) : 0;
    if (size > 0) {
      append_utf8(out, point);
      text.remove_prefix(size);
      continue;
    }
    char c = text.front();
    size = 1;
    for (const Name& name : kNames) {
      if (c != '&' || !text.starts_with(name.text)) continue;
      c = name.meaning;
      size = name.text.size();
      break;
    }
    out += c;
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace lr::secrets
