#include "secrets/sources/site_links.h"

#include <algorithm>
#include <array>
#include <set>

namespace lr::secrets::sources {
namespace {

constexpr std::size_t kReferenceBytes = 1024;
constexpr std::size_t kReferences = 20'000;
constexpr std::size_t kPublicPaths = 64;

bool has_scheme(std::string_view reference) {
  const std::size_t colon = reference.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         reference.substr(0, colon).find_first_of("/?#") == std::string_view::npos;
}

/// As browsers write it on the wire.
std::string escaped(std::string_view reference) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : reference) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool bare = byte > 0x20 && byte < 0x7F && !std::string_view("[]{}<>|^`\"\\").contains(c);
    if (bare) {
      out.push_back(c);
    } else if (byte >= 0x20) {
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return out;
}

/// RFC 3986 section 5.2.4, on an absolute path.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool folder = true;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!folder) kept.push_back(segment);
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  return folder || out.empty() ? out + "/" : out;
}

bool ends_like_file(std::string_view path) {
  static constexpr std::array kExtensions = {".js",   ".mjs",  ".css",
                                             ".wasm", ".json", ".webmanifest"};
  return std::ranges::any_of(kExtensions, [&](auto known) { return path.ends_with(known); });
}

bool stands_in_url(char c) {
  return static_cast<std::uint8_t>(c) > 0x20 && !std::string_view("\"'`<>{}()\\,;|^*$").contains(c);
}

/// The string literal around `at` when it is the name of a file, or "". Inside a string of its own
/// (`"[\"static/chunks/9.js\"]"`) it ends at the backslash.
std::string_view literal_around(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kReferenceBytes && stands_in_url(text[begin - 1])) --begin;
  std::size_t end = at;
  while (end < text.size() && end - at < kReferenceBytes && stands_in_url(text[end])) ++end;
  if (begin == 0 || end == text.size()) return {};
  const bool opened = std::string_view("\"'`(").contains(text[begin - 1]);
  const bool closed = std::string_view("\"'`)\\").contains(text[end]);
  const std::string_view reference = text.substr(begin, end - begin);
  const std::string_view path = reference.substr(0, reference.find_first_of("?#"));
  const bool local = !path.contains("://") || path.starts_with("http");
  return opened && closed && local && ends_like_file(path) ? reference : std::string_view();
}

}  // namespace

Result<text::Url> resolve_reference(const text::Url& base, std::string_view reference) {
  while (!reference.empty() && static_cast<std::uint8_t>(reference.front()) <= 0x20) {
    reference.remove_prefix(1);
  }
  const std::string wanted = escaped(reference.substr(0, reference.find('#')));
  if (has_scheme(wanted)) {
    LR_TRY(text::Url url, text::parse_url(wanted));
    const std::size_t path_end = std::min(url.target.find('?'), url.target.size());
    url.target = remove_dot_segments(std::string_view(url.target).substr(0, path_end)) +
                 url.target.substr(path_end);
    return url;
  }
  if (wanted.starts_with("//")) return resolve_reference(base, base.scheme + ":" + wanted);
  const std::size_t query_at = std::min(wanted.find('?'), wanted.size());
  const std::string path = wanted.substr(0, query_at);
  const std::string base_path = base.target.substr(0, base.target.find('?'));
  text::Url url = base;
  if (path.empty()) {
    url.target = wanted.empty() ? base.target : base_path + wanted;
  } else {
    const std::string whole =
        path.starts_with('/') ? path : base_path.substr(0, base_path.rfind('/') + 1) + path;
    url.target = remove_dot_segments(whole) + wanted.substr(query_at);
  }
  return text::parse_url(url.str());
}

std::vector<std::string> find_file_references(std::string_view text) {
  std::set<std::string, std::less<>> found;
  for (const std::string_view mark : {".js", ".mjs", ".css", ".wasm", ".webmanifest"}) {
    for (std::size_t at = text.find(mark);
         at != std::string_view::npos && found.size() < kReferences; at = text.find(mark, at + 1)) {
      const std::string_view reference = literal_around(text, at);
      if (!reference.empty()) found.emplace(reference);
    }
  }
  return {found.begin(), found.end()};
}

void PublicPaths::add(const text::Url& script) {
  const std::string folder = script.target.substr(0, script.target.rfind('/') + 1);
  const bool known = std::ranges::any_of(scripts_, [&](const text::Url& other) {
    return other.origin() == script.origin() && other.target == folder;
  });
  if (known || scripts_.size() >= kPublicPaths) return;
  scripts_.push_back(script);
  scripts_.back().target = folder;
}

Result<text::Url> PublicPaths::resolve(const text::Url& from, std::string_view reference) const {
  const std::size_t slash = reference.find('/');
  const bool bare =
      slash != std::string_view::npos && slash > 0 && reference[0] != '.' && !has_scheme(reference);
  if (!bare) return resolve_reference(from, reference);
  const std::string segment = "/" + std::string(reference.substr(0, slash + 1));
  const auto before = [&](const text::Url& url) -> std::optional<text::Url> {
    const std::size_t at = url.target.substr(0, url.target.find('?')).find(segment);
    if (at == std::string::npos) return std::nullopt;
    text::Url base = url;
    base.target = url.target.substr(0, at + 1);
    return base;
  };
  if (const auto base = before(from)) return resolve_reference(*base, reference);
  for (const text::Url& script : scripts_) {
    if (const auto base = before(script)) return resolve_reference(*base, reference);
  }
  return resolve_reference(from, reference);
}

}  // namespace lr::secrets::sources
