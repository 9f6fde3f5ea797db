// URLs, request targets and the one place where a path is decided (RFC 3986, WHATWG origins).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::text {

/// An absolute http(s) URL, already split and checked.
struct Url {
  std::string scheme;  ///< "http" or "https", lower case.
  std::string host;    ///< Lower case; IPv6 without brackets.
  std::uint16_t port = 0;
  std::string target = "/";  ///< Path and query, as they go on the wire.

  /// "https://host[:port]" without a default port: the origin (RFC 6454).
  std::string origin() const;
  /// What belongs into the Host field.
  std::string authority() const;
  std::string str() const { return origin() + target; }
};

/// Refuses userinfo, fragments, other schemes, empty hosts, control characters and bad ports.
Result<Url> parse_url(std::string_view text);

/// The path that both the decision and the upstream see.
struct CanonicalTarget {
  std::string path;                        ///< Starts with '/', unreserved characters decoded.
  std::vector<std::string_view> segments;  ///< Views into `path`, without the slashes.
  std::string query;                       ///< Without '?', as received (checked for controls).
  bool has_query = false;
  /// path[?query]
  std::string str() const;
};

/// Decides once what a request target means. Percent-encoded unreserved characters are decoded and
/// the hexadecimal digits of the others put in upper case. Whatever two servers might read
/// differently is refused with kInvalidArgument: dot segments (also encoded), empty segments,
/// encoded '/', '\' and '%', raw '\', ';' parameters, control characters, NUL, raw non-ASCII,
/// invalid or overlong UTF-8 behind escapes, '#'. A trailing slash is an empty last segment and
/// kept only for the root path. `out` keeps its capacity between calls.
Result<> canonicalize_target(std::string_view target, CanonicalTarget& out);

std::string percent_decode(std::string_view text);
/// Leaves only unreserved characters bare, so the result is safe as one path segment.
std::string percent_encode_segment(std::string_view text);

struct QueryParameter {
  std::string name;
  std::string value;
};
/// Decoded name=value pairs in order ('+' is a space); repeated names stay repeated.
std::vector<QueryParameter> parse_query(std::string_view query);

}  // namespace lr::text
