#include "domain/web/reference.h"

#include <algorithm>

#include "text/fields.h"

namespace lr::domain {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_char(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r\n\f";
  const std::size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

/// RFC 3986 section 5.2.4, on a path that begins with '/'.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    const bool last = path.empty();
    if (segment == "/.") {
      if (last) out += '/';
    } else if (segment == "/..") {
      const std::size_t slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
      if (last) out += '/';
    } else {
      out += segment;
    }
  }
  return out.empty() ? "/" : out;
}

std::string merged(const text::Url& base, std::string_view reference) {
  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  if (reference.empty()) return base.target;
  if (reference[0] == '?') return std::string(base_path) + std::string(reference);
  const std::size_t query = std::min(reference.find('?'), reference.size());
  std::string path;
  if (reference[0] != '/') path = base_path.substr(0, base_path.rfind('/') + 1);
  path += reference.substr(0, query);
  return without_dot_segments(path) + std::string(reference.substr(query));
}

}  // namespace

std::string scheme_of(std::string_view reference) {
  reference = trim(reference);
  const std::size_t colon = reference.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(reference[0])) return {};
  const std::string_view scheme = reference.substr(0, colon);
  if (!std::ranges::all_of(scheme, is_scheme_char)) return {};
  return text::lower_ascii(scheme);
}

Result<text::Url> resolve_reference(const text::Url& base, std::string_view reference) {
  reference = trim(reference);
  reference = reference.substr(0, reference.find('#'));
  // WHATWG URL reads '\' as '/' in http URLs.
  std::string plain(reference);
  std::ranges::replace(
      plain.begin(),
      plain.begin() + static_cast<std::ptrdiff_t>(std::min(plain.find('?'), plain.size())), '\\',
      '/');
  const std::string scheme = scheme_of(plain);
  if (!scheme.empty()) return text::parse_url(plain);
  if (plain.starts_with("//")) {
    // Browsers skip further slashes in front of the host.
    const std::size_t host = std::min(plain.find_first_not_of('/'), plain.size());
    return text::parse_url(base.scheme + "://" + plain.substr(host));
  }
  return text::parse_url(base.origin() + merged(base, plain));
}

bool is_within(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

}  // namespace lr::domain
