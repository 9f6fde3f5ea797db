#include <algorithm>
#include <charconv>
#include <vector>

#include "text/json.h"

namespace lr::text {
namespace {

void write_string(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kEscaped = "\b\t\n\f\r\"\\";
  static constexpr std::string_view kLetters = "btnfr\"\\";
  out += '"';
  for (char c : text) {
    const std::size_t escape = kEscaped.find(c);
    if (escape != std::string_view::npos) {
      out += '\\';
      out += kLetters[escape];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

/// ECMAScript Number::toString (ECMA-262 section 6.1.6.1.20), as RFC 8785 section 3.2.2.3 asks.
void write_double(double number, std::string& out) {
  char text[32];
  if (number == 0) number = 0;  // No negative zero.
  const auto end =
      std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  std::string_view scientific(text, static_cast<std::size_t>(end - text));
  if (scientific.starts_with('-')) {
    out += '-';
    scientific.remove_prefix(1);
  }
  const std::size_t e = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (e > 2) digits += scientific.substr(2, e - 2);
  const char* exponent_text = scientific.data() + e + 1;
  int exponent = 0;
  std::from_chars(exponent_text + (*exponent_text == '+' ? 1 : 0), end, exponent);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // Digits before the decimal point.
  if (count <= point && point <= 21) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(point)).append(".");
    out.append(digits, static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  }
}

/// Everything but arrays and objects. Integers keep all their digits: two ids above 2^53 must not
/// become the same bytes, which is where this leaves RFC 8785.
void write_scalar(const json::value& value, std::string& out) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      break;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case json::kind::int64:
      out += std::to_string(value.get_int64());
      break;
    case json::kind::uint64:
      out += std::to_string(value.get_uint64());
      break;
    case json::kind::double_:
      write_double(value.get_double(), out);
      break;
    case json::kind::string:
      write_string(value.get_string(), out);
      break;
    case json::kind::array:
    case json::kind::object:
      break;
  }
}

/// Order by UTF-16 code units, decided on UTF-8: the same as by bytes, except that characters
/// above U+FFFF (lead byte F0 and up) come before U+E000 to U+FFFF (lead bytes EE and EF).
bool before_in_utf16(std::string_view a, std::string_view b) {
  const auto [x, y] = std::ranges::mismatch(a, b);
  if (x == a.end() || y == b.end()) return a.size() < b.size();
  const auto p = static_cast<unsigned char>(*x);
  const auto q = static_cast<unsigned char>(*y);
  if (p >= 0xf0 && (q == 0xee || q == 0xef)) return true;
  if (q >= 0xf0 && (p == 0xee || p == 0xef)) return false;
  return p < q;
}

void write_canonical(const json::value& value, std::string& out) {
  if (value.is_array()) {
    char separator = '[';
    for (const json::value& item : value.get_array()) {
      out += separator;
      write_canonical(item, out);
      separator = ',';
    }
    out += separator == '[' ? "[]" : "]";
  } else if (value.is_object()) {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : value.get_object()) members.push_back(&member);
    std::ranges::sort(members, before_in_utf16,
                      [](const auto* member) { return std::string_view(member->key()); });
    out += '{';
    for (const auto* member : members) {
      if (member != members.front()) out += ',';
      write_string(member->key(), out);
      out += ':';
      write_canonical(member->value(), out);
    }
    out += '}';
  } else {
    write_scalar(value, out);
  }
}

void write_pretty(const json::value& value, std::size_t indent, std::string& out) {
  const auto start_line = [&out](std::size_t width) { out.append("\n").append(width, ' '); };
  if (value.is_array() && !value.get_array().empty()) {
    char separator = '[';
    for (const json::value& item : value.get_array()) {
      out += separator;
      start_line(indent + 2);
      write_pretty(item, indent + 2, out);
      separator = ',';
    }
    start_line(indent);
    out += ']';
  } else if (value.is_object() && !value.get_object().empty()) {
    char separator = '{';
    for (const auto& member : value.get_object()) {
      out += separator;
      start_line(indent + 2);
      write_string(member.key(), out);
      out += ": ";
      write_pretty(member.value(), indent + 2, out);
      separator = ',';
    }
    start_line(indent);
    out += '}';
  } else {
    write_canonical(value, out);
  }
}

}  // namespace

std::string canonical_json(const json::value& value) {
  std::string out;
  write_canonical(value, out);
  return out;
}

std::string pretty_json(const json::value& value) {
  std::string out;
  write_pretty(value, 0, out);
  out += '\n';
  return out;
}

}  // namespace lr::text
