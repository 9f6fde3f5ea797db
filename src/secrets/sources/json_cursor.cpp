#include "secrets/sources/json_cursor.h"

#include <charconv>
#include <cstring>

#include "text/ascii.h"

namespace lr::secrets::sources {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Four hexadecimal digits at `at`, or -1.
std::int32_t read_hex4(std::string_view text, std::size_t at) {
  if (at > text.size() || text.size() - at < 4) return -1;
  std::int32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = text::hex_value(text[at + i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// The character behind a backslash, for the escapes of one letter; 0 for others.
char simple_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '"':
    case '\\':
    case '/':
      return c;
    default:
      return 0;
  }
}

/// Decodes the escape whose letter stands at `at`; returns the bytes used behind the backslash.
std::size_t append_escape(std::string& out, std::string_view raw, std::size_t at) {
  if (const char simple = simple_escape(raw[at])) {
    out.push_back(simple);
    return 1;
  }
  const std::int32_t unit = raw[at] == 'u' ? read_hex4(raw, at + 1) : -1;
  if (unit < 0) {
    out.push_back('\\');
    return 0;
  }
  const bool high = unit >= 0xD800 && unit < 0xDC00;
  if (high && raw.substr(at + 5).starts_with("\\u")) {
    const std::int32_t low = read_hex4(raw, at + 7);
    if (low >= 0xDC00 && low < 0xE000) {
      append_utf8(out,
                  static_cast<std::uint32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)));
      return 11;
    }
  }
  append_utf8(out, static_cast<std::uint32_t>(unit));
  return 5;
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) code_point = 0xFFFD;
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    return put(0x80 | (code_point & 0x3F));
  }
  if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
  }
  put(0x80 | ((code_point >> 6) & 0x3F));
  put(0x80 | (code_point & 0x3F));
}

std::string unescape_json(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t slash = std::min(raw.find('\\', at), raw.size());
    out.append(raw, at, slash - at);
    at = slash + 1;
    if (at < raw.size()) at += append_escape(out, raw, at);
  }
  return out;
}

void JsonCursor::fail() {
  failed_ = true;
  at_ = text_.size();
}

char JsonCursor::peek() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonCursor::open(char bracket) {
  if (peek() != bracket) return false;
  ++at_;
  first_ = true;
  return true;
}

bool JsonCursor::next_element() {
  const char c = peek();
  if (c == ']' || c == '}') {
    ++at_;
    first_ = false;
    return false;
  }
  const bool separated = first_ ? c != '\0' : c == ',';
  if (!separated) {
    fail();
    return false;
  }
  if (!first_) ++at_;
  first_ = false;
  return true;
}

std::optional<std::string> JsonCursor::next_member() {
  if (!next_element()) return std::nullopt;
  auto name = string();
  if (!name || peek() != ':') {
    fail();
    return std::nullopt;
  }
  ++at_;
  return name;
}

std::optional<std::string_view> JsonCursor::take_string() {
  const std::size_t begin = ++at_;
  while (true) {
    const std::size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) {
      fail();
      return std::nullopt;
    }
    std::size_t slashes = 0;
    while (quote - slashes > begin && text_[quote - slashes - 1] == '\\') ++slashes;
    at_ = quote + 1;
    if (slashes % 2 == 0) return text_.substr(begin, quote - begin);
  }
}

std::optional<std::string_view> JsonCursor::raw_string() {
  if (peek() != '"') return std::nullopt;
  return take_string();
}

std::optional<std::string> JsonCursor::string() {
  const auto raw = raw_string();
  if (!raw) return std::nullopt;
  return unescape_json(*raw);
}

std::optional<std::int64_t> JsonCursor::integer() {
  peek();
  std::int64_t value = 0;
  const char* const begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
  if (error != std::errc()) return std::nullopt;
  if (end != text_.data() + text_.size() && std::strchr(".eE", *end) != nullptr)
    return std::nullopt;
  at_ += static_cast<std::size_t>(end - begin);
  return value;
}

void JsonCursor::skip() {
  std::size_t depth = 0;
  do {
    const char c = peek();
    if (c == '\0') return fail();
    if (c == '"') {
      take_string();
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return fail();
      --depth;
      ++at_;
    } else {
      ++at_;
      at_ = std::min(text_.find_first_of(",:]}\"[{ \n\t\r", at_), text_.size());
    }
  } while (depth > 0);
}

}  // namespace lr::secrets::sources
