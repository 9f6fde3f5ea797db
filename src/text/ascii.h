// Character classes of the HTTP and URI grammars as lookup tables (RFC 9110 section 5.6.2,
// RFC 3986 section 2). Internal to src/text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lr::text {

using CharTable = std::array<std::uint8_t, 256>;

/// Ones for the characters of `members`, and for letters and digits when `alphanumeric`.
constexpr CharTable make_char_table(std::string_view members, bool alphanumeric) {
  CharTable table{};
  for (char c : members) table[static_cast<std::uint8_t>(c)] = 1;
  for (unsigned c = 0; alphanumeric && c < 128; ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = c >= 'a' && c <= 'z';
    if (digit || upper || lower) table[c] = 1;
  }
  return table;
}

inline constexpr CharTable kTokenChars = make_char_table("!#$%&'*+-.^_`|~", true);
inline constexpr CharTable kUnreservedChars = make_char_table("-._~", true);

constexpr bool in_table(const CharTable& table, char c) {
  return table[static_cast<std::uint8_t>(c)] != 0;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// 0 to 15, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace lr::text
