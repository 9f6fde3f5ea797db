#include "text/json_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <functional>

namespace lr::text {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

bool is_number(const json::value& value) {
  return value.is_int64() || value.is_uint64() || value.is_double();
}

std::partial_ordering reversed(std::partial_ordering order) { return 0 <=> order; }

std::partial_ordering compare_double(std::int64_t a, double b) {
  if (b >= kTwoTo63) return std::partial_ordering::less;
  if (b < -kTwoTo63) return std::partial_ordering::greater;
  const auto whole = static_cast<std::int64_t>(b);  // Towards zero, and exact enough to compare.
  if (a != whole) return a <=> whole;
  return 0.0 <=> (b - static_cast<double>(whole));
}

std::partial_ordering compare_double(std::uint64_t a, double b) {
  if (b >= kTwoTo64) return std::partial_ordering::less;
  if (b < 0) return std::partial_ordering::greater;
  const auto whole = static_cast<std::uint64_t>(b);
  if (a != whole) return a <=> whole;
  return 0.0 <=> (b - static_cast<double>(whole));
}

/// Absolute value as digits * 10^exponent.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

/// The shortest decimal that reads back as the same double has at most 17 digits.
Decimal decimal_of(double number) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number),
                                 std::chars_format::scientific)
                       .ptr;
  Decimal decimal;
  bool fraction = false;
  const char* c = buffer.data();
  for (; c != end && *c != 'e'; ++c) {
    if (*c == '.') {
      fraction = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*c - '0');
    decimal.exponent -= fraction ? 1 : 0;
  }
  int power = 0;
  if (c != end) std::from_chars(c[1] == '+' ? c + 2 : c + 1, end, power);
  decimal.exponent += power;
  return decimal;
}

Decimal decimal_of(const json::value& number) {
  if (number.is_uint64()) return {number.get_uint64(), 0};
  if (number.is_double()) return decimal_of(number.get_double());
  const std::int64_t value = number.get_int64();
  const auto bits = static_cast<std::uint64_t>(value);
  return {value < 0 ? 0 - bits : bits, 0};
}

/// digits * 10^power modulo divisor.
std::uint64_t scaled_remainder(std::uint64_t digits, int power, std::uint64_t divisor) {
  Wide result = digits % divisor;
  Wide factor = 10 % divisor;
  for (; power > 0; power /= 2) {
    if (power % 2 != 0) result = result * factor % divisor;
    factor = factor * factor % divisor;
  }
  return static_cast<std::uint64_t>(result);
}

std::uint64_t mix(std::uint64_t hash) {
  hash ^= hash >> 31;
  hash *= 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

double as_double(const json::value& number) {
  if (number.is_int64()) return static_cast<double>(number.get_int64());
  if (number.is_uint64()) return static_cast<double>(number.get_uint64());
  return number.get_double() + 0.0;  // -0.0 equals 0.
}

bool objects_equal(const json::object& a, const json::object& b, std::size_t& steps) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, member] : a) {
    const json::value* other = b.if_contains(name);
    if (other == nullptr || !json_equals(member, *other, steps)) return false;
  }
  return true;
}

bool arrays_equal(const json::array& a, const json::array& b, std::size_t& steps) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!json_equals(a[i], b[i], steps)) return false;
  }
  return true;
}

std::uint64_t hash_text(json::string_view text) {
  return std::hash<std::string_view>()(std::string_view(text.data(), text.size()));
}

}  // namespace

bool is_json_integer(const json::value& number) {
  if (!number.is_double()) return number.is_int64() || number.is_uint64();
  const double value = number.get_double();
  return std::isfinite(value) && std::trunc(value) == value;
}

std::partial_ordering compare_json_numbers(const json::value& a, const json::value& b) {
  if (a.is_double() && b.is_double()) return a.get_double() <=> b.get_double();
  if (b.is_double()) {
    return a.is_int64() ? compare_double(a.get_int64(), b.get_double())
                        : compare_double(a.get_uint64(), b.get_double());
  }
  if (a.is_double()) return reversed(compare_json_numbers(b, a));
  if (a.is_int64() && b.is_int64()) return a.get_int64() <=> b.get_int64();
  if (a.is_uint64() && b.is_uint64()) return a.get_uint64() <=> b.get_uint64();
  if (a.is_uint64()) return reversed(compare_json_numbers(b, a));
  if (a.get_int64() < 0) return std::partial_ordering::less;
  return static_cast<std::uint64_t>(a.get_int64()) <=> b.get_uint64();
}

bool is_json_multiple(const json::value& number, const json::value& divisor) {
  const Decimal n = decimal_of(number);
  const Decimal d = decimal_of(divisor);
  if (n.digits == 0) return true;
  if (d.digits == 0) return false;
  const int power = n.exponent - d.exponent;
  if (power >= 0) return scaled_remainder(n.digits, power, d.digits) == 0;
  if (power < -19) return false;  // The divisor is larger than any 64-bit count of units.
  Wide scaled = d.digits;
  for (int i = power; i < 0; ++i) scaled *= 10;
  return n.digits % scaled == 0;
}

bool json_equals(const json::value& a, const json::value& b, std::size_t& steps) {
  ++steps;
  if (is_number(a) && is_number(b)) {
    return compare_json_numbers(a, b) == std::partial_ordering::equivalent;
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::kind::object:
      return objects_equal(a.get_object(), b.get_object(), steps);
    case json::kind::array:
      return arrays_equal(a.get_array(), b.get_array(), steps);
    case json::kind::string:
      return a.get_string() == b.get_string();
    case json::kind::bool_:
      return a.get_bool() == b.get_bool();
    default:
      return true;
  }
}

std::uint64_t json_hash(const json::value& value, std::size_t& steps) {
  ++steps;
  const auto kind = is_number(value) ? json::kind::double_ : value.kind();
  std::uint64_t hash = mix(static_cast<std::uint64_t>(kind) + 1);
  switch (kind) {
    case json::kind::object:
      // A sum, because the order of members does not matter.
      for (const auto& [name, member] : value.get_object()) {
        hash += mix(hash_text(name) ^ mix(json_hash(member, steps)));
      }
      return hash;
    case json::kind::array:
      for (const json::value& item : value.get_array()) {
        hash = mix(hash ^ json_hash(item, steps));
      }
      return hash;
    case json::kind::string:
      return hash ^ hash_text(value.get_string());
    case json::kind::bool_:
      return hash + (value.get_bool() ? 1 : 0);
    case json::kind::double_:
      return hash ^ std::hash<double>()(as_double(value));
    default:
      return hash;
  }
}

}  // namespace lr::text
