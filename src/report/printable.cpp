#include "report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace lr::report {
namespace {

constexpr char32_t kBad = 0xFFFFFFFF;

/// Decodes one code point at `at` and moves past it. Overlong forms, surrogates and values above
/// U+10FFFF are kBad and consume one byte (RFC 3629).
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) {
    ++at;
    return kBad;
  }
  char32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80) {
      ++at;
      return kBad;
    }
    value = (value << 6) | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || (value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) {
    ++at;
    return kBad;
  }
  at += length;
  return value;
}

struct Range {
  char32_t first;
  char32_t last;
};

/// Characters that change how the text around them reads, or that cannot be seen at all.
constexpr Range kDeceptive[] = {
    {0x00AD, 0x00AD},     // soft hyphen
    {0x034F, 0x034F},     // combining grapheme joiner
    {0x061C, 0x061C},     // Arabic letter mark
    {0x115F, 0x1160},     // Hangul fillers
    {0x17B4, 0x17B5},     // invisible Khmer vowels
    {0x180B, 0x180F},     // Mongolian selectors and vowel separator
    {0x200B, 0x200F},     // zero width characters, LRM, RLM
    {0x2028, 0x202E},     // line and paragraph separators, embeddings and overrides
    {0x2060, 0x206F},     // word joiner, invisible operators, isolates
    {0x3164, 0x3164},     // Hangul filler
    {0xFE00, 0xFE0F},     // variation selectors
    {0xFEFF, 0xFEFF},     // byte order mark
    {0xFFA0, 0xFFA0},     // half-width Hangul filler
    {0xFFF0, 0xFFFB},     // interlinear annotations
    {0xFFFE, 0xFFFF},     // noncharacters, not allowed in XML
    {0xE0000, 0xE0FFF},   // tags and variation selectors supplement
    {0xF0000, 0x10FFFF},  // private use planes
};

bool deceives(char32_t c) {
  return std::any_of(std::begin(kDeceptive), std::end(kDeceptive),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

void append_visible(std::string& out, char32_t c, std::string_view source) {
  if (c == kBad) {
    out += "\xEF\xBF\xBD";
  } else if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(c));
  } else if (deceives(c)) {
    fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<unsigned>(c));
  } else {
    out += source;
  }
}

template <class Replace>
std::string replace_each(std::string_view text, Replace replacement_of) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (char c : text) {
    const std::string_view replacement = replacement_of(c);
    if (replacement.empty()) {
      out += c;
    } else {
      out += replacement;
    }
  }
  return out;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::size_t longest_run(std::string_view text, char wanted) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (char c : text) {
    run = c == wanted ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    if (c == '\r' && at < text.size() && text[at] == '\n') continue;
    if (c == '\n' || c == '\t') {
      out += static_cast<char>(c);
    } else {
      append_visible(out, c, text.substr(start, at - start));
    }
  }
  return out;
}

std::string printable_line(std::string_view text) {
  const std::string safe = printable(text);
  std::string out;
  out.reserve(safe.size());
  for (char c : safe) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80;
  }));
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size() && seen + 1 < columns; ++seen) {
    next_code_point(text, at);
  }
  return std::string(text.substr(0, at)) + "…";
}

std::string html_text(std::string_view text) { return replace_each(printable(text), entity); }
std::string html_line(std::string_view text) { return replace_each(printable_line(text), entity); }
std::string xml_text(std::string_view text) { return html_text(text); }

std::string xml_attribute(std::string_view text) {
  return replace_each(printable(text), [](char c) -> std::string_view {
    if (c == '\n') return "&#10;";
    if (c == '\t') return "&#9;";
    return entity(c);
  });
}

std::string markdown_line(std::string_view text) {
  return replace_each(printable_line(text), [](char c) -> std::string_view {
    switch (c) {
      case '&':
        return "&amp;";
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '@':
        return "&#64;";
      case '#':
        return "&#35;";
      case '|':
        return "&#124;";
      case ':':
        return "&#58;";  // no bare links
      case '\\':
        return "\\\\";
      case '`':
        return "\\`";
      case '*':
        return "\\*";
      case '_':
        return "\\_";
      case '[':
        return "\\[";
      case ']':
        return "\\]";
      case '~':
        return "\\~";
      case '!':
        return "\\!";
      default:
        return {};
    }
  });
}

std::string markdown_code(std::string_view text) {
  // A table cell ends at '|' even inside a code span, so that one is written as a look-alike.
  const std::string line = replace_each(printable_line(text), [](char c) -> std::string_view {
    return c == '|' ? "¦" : std::string_view{};
  });
  if (line.empty()) return "";
  const std::size_t run = longest_run(line, '`');
  const std::string fence(run + 1, '`');
  return run == 0 ? fence + line + fence : fence + " " + line + " " + fence;
}

std::string markdown_block(std::string_view text, std::string_view language) {
  const std::string safe = printable(text);
  const std::string fence(std::max<std::size_t>(3, longest_run(safe, '`') + 1), '`');
  return fmt::format("{}{}\n{}{}{}\n", fence, language, safe,
                     safe.empty() || safe.back() == '\n' ? "" : "\n", fence);
}

}  // namespace lr::report
