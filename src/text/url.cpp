#include "text/url.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "text/ascii.h"
#include "text/fields.h"
#include "text/ip.h"

namespace lr::text {
namespace {

constexpr std::size_t kHostBytes = 253;  // RFC 1035 section 2.3.4, as text.
constexpr std::size_t kLabelBytes = 63;

std::unexpected<Error> bad(std::string why) {
  return fail(Code::kInvalidArgument, "URL: " + std::move(why));
}

bool is_host_label(std::string_view label) {
  static constexpr CharTable kLabelChars = make_char_table("-_", true);
  return !label.empty() && label.size() <= kLabelBytes &&
         std::ranges::all_of(label, [](char c) { return in_table(kLabelChars, c); });
}

/// WHATWG URL reads a host whose last label is a number as an IPv4 address in one of many forms
/// ("127.1", "0x7f.1"); only the dotted quad means the same to everybody.
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (std::ranges::all_of(last, is_digit)) return true;
  return last.starts_with("0x") &&
         std::ranges::all_of(last.substr(2), [](char c) { return hex_value(c) >= 0; });
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kHostBytes) return false;
  std::string_view rest = host;
  while (true) {
    const std::size_t dot = rest.find('.');
    if (!is_host_label(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return !ends_in_number(host) || parse_ip(host).has_value();
}

/// Reads "host", "host:port" or "[v6]:port" into `url`, whose port is already the default.
Result<> read_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return bad("'[' without ']'");
    LR_TRY(const IpAddress address, parse_ip(authority.substr(1, close - 1)));
    if (authority.substr(1, close - 1).find(':') == std::string_view::npos) {
      return bad("only IPv6 addresses stand in brackets");
    }
    url.host = address.str();
    port = authority.substr(close + 1);
  } else {
    const std::size_t colon = authority.find(':');
    url.host = lower_ascii(authority.substr(0, colon));
    if (!is_host_name(url.host)) return bad("no valid host name");
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (port.empty()) return {};
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data() + 1, end, url.port);
  if (port[0] != ':' || port.size() < 2 || error != std::errc() || stop != end || url.port == 0) {
    return bad("the port is not a number from 1 to 65535");
  }
  return {};
}

}  // namespace

std::string Url::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  std::string text = v6 ? "[" + host + "]" : host;
  const std::uint16_t default_port = scheme == "https" ? 443 : 80;
  if (port != default_port) text += ":" + std::to_string(port);
  return text;
}

std::string Url::origin() const { return scheme + "://" + authority(); }

Result<Url> parse_url(std::string_view text) {
  if (text.size() > limits::kRequestLineBytes) return bad("too long");
  const bool visible = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!visible) return bad("spaces, control and non-ASCII characters must be percent-encoded");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad("it must begin with http:// or https://");
  Url url;
  url.scheme = lower_ascii(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return bad("the scheme is not http or https");
  url.port = url.scheme == "https" ? 443 : 80;
  text.remove_prefix(colon + 3);
  if (text.find('#') != std::string_view::npos) return bad("a fragment never goes on the wire");
  if (text.find('\\') != std::string_view::npos) return bad("'\\' is not allowed");
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, end);
  if (authority.find('@') != std::string_view::npos) return bad("user names are not allowed");
  LR_TRY_VOID(read_authority(authority, url));
  const std::string_view target = text.substr(end);
  url.target = target.starts_with('/') ? "" : "/";
  url.target += target;
  return url;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool room = i + 2 < text.size();
    const int high = text[i] == '%' && room ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string percent_encode_segment(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const bool dots = text == "." || text == "..";
  std::string out;
  out.reserve(text.size() * 3);
  for (char c : text) {
    if (in_table(kUnreservedChars, c) && !dots) {
      out += c;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::vector<QueryParameter> parse_query(std::string_view query) {
  const auto decode = [](std::string_view part) {
    std::string spaced(part);
    std::ranges::replace(spaced, '+', ' ');
    return percent_decode(spaced);
  };
  std::vector<QueryParameter> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    parameters.push_back({decode(pair.substr(0, equals)), decode(value)});
  }
  return parameters;
}

}  // namespace lr::text
