#include "text/json_schema_uri.h"

namespace lr::text {
namespace {

struct Parts {
  std::string_view scheme;     ///< With ":".
  std::string_view authority;  ///< With "//".
  std::string_view path;
  std::string_view query;  ///< With "?".
};

/// RFC 3986 appendix B, without the fragment.
Parts split(std::string_view uri) {
  Parts parts;
  uri = uri.substr(0, uri.find('#'));
  if (const auto query = uri.find('?'); query != std::string_view::npos) {
    parts.query = uri.substr(query);
    uri = uri.substr(0, query);
  }
  const auto colon = uri.find_first_of(":/");
  if (colon != std::string_view::npos && colon > 0 && uri[colon] == ':') {
    parts.scheme = uri.substr(0, colon + 1);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) {
    const auto end = uri.find('/', 2);
    parts.authority = uri.substr(0, end);
    uri = end == std::string_view::npos ? std::string_view() : uri.substr(end);
  }
  parts.path = uri;
  return parts;
}

void drop_last_segment(std::string& path) {
  const auto slash = path.rfind('/');
  path.resize(slash == std::string::npos ? 0 : slash);
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view in) {
  std::string out;
  while (!in.empty()) {
    if (in.starts_with("../")) {
      in.remove_prefix(3);
    } else if (in.starts_with("./")) {
      in.remove_prefix(2);
    } else if (in.starts_with("/./")) {
      in.remove_prefix(2);
    } else if (in == "/.") {
      in = "/";
    } else if (in.starts_with("/../")) {
      in.remove_prefix(3);
      drop_last_segment(out);
    } else if (in == "/..") {
      in = "/";
      drop_last_segment(out);
    } else if (in == "." || in == "..") {
      in = {};
    } else {
      const auto next = in.find('/', 1);
      out += in.substr(0, next);
      in = next == std::string_view::npos ? std::string_view() : in.substr(next);
    }
  }
  return out;
}

std::string merge(const Parts& base, std::string_view path) {
  if (!base.authority.empty() && base.path.empty()) return "/" + std::string(path);
  const auto slash = base.path.rfind('/');
  std::string merged(slash == std::string_view::npos ? "" : base.path.substr(0, slash + 1));
  merged += path;
  return merged;
}

std::string join(std::string_view scheme, std::string_view authority, std::string_view path,
                 std::string_view query) {
  std::string uri(scheme);
  uri += authority;
  uri += path;
  uri += query;
  return uri;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string resolve_schema_uri(std::string_view base_text, std::string_view reference) {
  const Parts base = split(base_text);
  const Parts r = split(reference);
  if (!r.scheme.empty()) {
    // "urn:" and the like have opaque paths in which dots mean nothing.
    const bool opaque = r.authority.empty() && !r.path.starts_with('/');
    const std::string path = opaque ? std::string(r.path) : remove_dot_segments(r.path);
    return join(r.scheme, r.authority, path, r.query);
  }
  if (!r.authority.empty()) {
    return join(base.scheme, r.authority, remove_dot_segments(r.path), r.query);
  }
  if (r.path.empty()) {
    return join(base.scheme, base.authority, base.path, r.query.empty() ? base.query : r.query);
  }
  if (r.path.starts_with('/')) {
    return join(base.scheme, base.authority, remove_dot_segments(r.path), r.query);
  }
  return join(base.scheme, base.authority, remove_dot_segments(merge(base, r.path)), r.query);
}

std::optional<std::string> schema_uri_fragment(std::string_view reference) {
  const auto hash = reference.find('#');
  if (hash == std::string_view::npos) return std::string();
  const std::string_view coded = reference.substr(hash + 1);
  std::string out;
  for (std::size_t i = 0; i < coded.size(); ++i) {
    if (coded[i] != '%') {
      out.push_back(coded[i]);
      continue;
    }
    if (i + 2 >= coded.size()) return std::nullopt;
    const int high = hex_digit(coded[i + 1]);
    const int low = hex_digit(coded[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

}  // namespace lr::text
