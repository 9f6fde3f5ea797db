#include "text/json_schema_format.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

#include "text/json.h"
#include "text/json_schema_pattern.h"

namespace lr::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// `count` digits at `at`, which moves past them; -1 when there are none.
int take_number(std::string_view text, std::size_t& at, std::size_t count) {
  if (text.size() - at < count) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}

bool take(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || !any_of.contains(text[at])) return false;
  ++at;
  return true;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool take_date(std::string_view text, std::size_t& at) {
  const int year = take_number(text, at, 4);
  if (year < 0 || !take(text, at, "-")) return false;
  const int month = take_number(text, at, 2);
  if (month < 1 || month > 12 || !take(text, at, "-")) return false;
  const int day = take_number(text, at, 2);
  return day >= 1 && day <= days_in(year, month);
}

/// Minutes east of UTC, or nothing.
bool take_offset(std::string_view text, std::size_t& at, int& minutes) {
  minutes = 0;
  if (take(text, at, "Zz")) return true;
  const bool west = at < text.size() && text[at] == '-';
  if (!take(text, at, "+-")) return false;
  const int hour = take_number(text, at, 2);
  if (hour < 0 || hour > 23 || !take(text, at, ":")) return false;
  const int minute = take_number(text, at, 2);
  if (minute < 0 || minute > 59) return false;
  minutes = (west ? -1 : 1) * (hour * 60 + minute);
  return true;
}

/// RFC 3339 full-time. A leap second stands only at 23:59:60 UTC.
bool take_time(std::string_view text, std::size_t& at) {
  const int hour = take_number(text, at, 2);
  if (hour < 0 || hour > 23 || !take(text, at, ":")) return false;
  const int minute = take_number(text, at, 2);
  if (minute < 0 || minute > 59 || !take(text, at, ":")) return false;
  const int second = take_number(text, at, 2);
  if (second < 0 || second > 60) return false;
  if (take(text, at, ".")) {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == start) return false;
  }
  int offset = 0;
  if (!take_offset(text, at, offset)) return false;
  const int utc = (hour * 60 + minute - offset + 2 * 24 * 60) % (24 * 60);
  return second < 60 || utc == 23 * 60 + 59;
}

bool is_date(std::string_view text) {
  std::size_t at = 0;
  return take_date(text, at) && at == text.size();
}

bool is_time(std::string_view text) {
  std::size_t at = 0;
  return take_time(text, at) && at == text.size();
}

bool is_date_time(std::string_view text) {
  std::size_t at = 0;
  return take_date(text, at) && take(text, at, "Tt") && take_time(text, at) && at == text.size();
}

/// RFC 3339 appendix A.
bool is_duration(std::string_view text) {
  static const RE2 grammar(
      R"(P(?:\d+W|(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?|T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)))");
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), grammar);
}

/// RFC 1123 with the lengths of RFC 1035. Labels with hyphens in the third and fourth place are
/// reserved for IDNA (RFC 5890); the A-labels among them are taken as they are.
bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  if (label.size() > 3 && label.substr(2, 2) == "--" && !label.starts_with("xn")) return false;
  return std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_ipv4(std::string_view text) {
  in_addr address{};
  return text.size() < 16 && inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  const bool plain =
      std::ranges::all_of(text, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
  return plain && text.size() < 46 && inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

/// RFC 5321 section 4.1.2 Mailbox, without comments and obsolete forms.
bool is_email(std::string_view text) {
  static const RE2 local(
      R"((?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
      R"(|"(?:[ !#-\[\]-~]|\\[ -~])*"))");
  const auto sign = text.rfind('@');
  if (sign == std::string_view::npos || sign > 64 || text.size() > 254) return false;
  if (!RE2::FullMatch(re2::StringPiece(text.data(), sign), local)) return false;
  std::string_view domain = text.substr(sign + 1);
  if (!domain.starts_with('[')) return is_hostname(domain);
  if (!domain.ends_with(']')) return false;
  domain = domain.substr(1, domain.size() - 2);
  return domain.starts_with("IPv6:") ? is_ipv6(domain.substr(5)) : is_ipv4(domain);
}

/// RFC 3986 characters and percent escapes; the structure is checked by the callers.
bool has_uri_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_letter(c) && !is_digit(c) &&
               !std::string_view("-._~:/?#[]@!$&'()*+,;=").contains(c)) {
      return false;
    }
  }
  return true;
}

bool is_authority(std::string_view authority) {
  const auto user = authority.rfind('@');
  if (user != std::string_view::npos) {
    if (authority.substr(0, user).find_first_of("@[]") != std::string_view::npos) return false;
    authority.remove_prefix(user + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos || !is_ipv6(authority.substr(1, end - 1))) return false;
    port = authority.substr(end + 1);
  } else {
    const auto colon = authority.find(':');
    if (authority.substr(0, colon).find_first_of("[]") != std::string_view::npos) return false;
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  return port.empty() || (port.front() == ':' && std::ranges::all_of(port.substr(1), is_digit));
}

std::size_t scheme_size(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':') return i + 1;
    if (!is_letter(text[i]) && !is_digit(text[i]) && !std::string_view("+-.").contains(text[i])) {
      return 0;
    }
  }
  return 0;
}

bool is_uri_reference(std::string_view text) {
  if (!has_uri_characters(text)) return false;
  const std::size_t scheme = scheme_size(text);
  std::string_view rest = text.substr(scheme);
  const auto hash = rest.find('#');
  if (hash != std::string_view::npos &&
      rest.substr(hash + 1).find_first_of("#[]") != std::string_view::npos) {
    return false;
  }
  rest = rest.substr(0, hash);
  if (rest.starts_with("//")) {
    const auto end = rest.find_first_of("/?", 2);
    if (!is_authority(rest.substr(2, end == std::string_view::npos ? end : end - 2))) return false;
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
  } else if (scheme == 0 && rest.substr(0, rest.find_first_of("/?")).contains(':')) {
    return false;  // A first segment with a colon would be a scheme.
  }
  return rest.find_first_of("[]") == std::string_view::npos;
}

bool is_uri(std::string_view text) { return scheme_size(text) > 0 && is_uri_reference(text); }

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  const auto digits = text.find_first_not_of("0123456789");
  const std::string_view number = text.substr(0, digits);
  if (number.empty() || (number.size() > 1 && number.front() == '0')) return false;
  if (digits == std::string_view::npos) return true;
  const std::string_view rest = text.substr(digits);
  return rest == "#" || is_json_pointer(rest);
}

bool is_regex(std::string_view text) {
  const auto translated = ecma_to_re2(text);
  return translated && RE2(*translated, RE2::Quiet).ok();
}

struct Format {
  std::string_view name;
  FormatCheck check;
};

constexpr std::array<Format, 14> kFormats = {{{"date", is_date},
                                              {"date-time", is_date_time},
                                              {"duration", is_duration},
                                              {"email", is_email},
                                              {"hostname", is_hostname},
                                              {"ipv4", is_ipv4},
                                              {"ipv6", is_ipv6},
                                              {"json-pointer", is_json_pointer},
                                              {"regex", is_regex},
                                              {"relative-json-pointer", is_relative_json_pointer},
                                              {"time", is_time},
                                              {"uri", is_uri},
                                              {"uri-reference", is_uri_reference},
                                              {"uuid", is_uuid}}};

}  // namespace

FormatCheck find_format(std::string_view name) {
  const auto* found = std::ranges::find(kFormats, name, &Format::name);
  return found == kFormats.end() ? nullptr : found->check;
}

}  // namespace lr::text
