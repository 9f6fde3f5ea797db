#include "secrets/findings/glob.h"

#include <cstddef>

namespace lr::secrets {
namespace {

/// Where matching goes on when it fails: the last star and what it has taken so far.
struct Star {
  std::size_t pattern = std::string_view::npos;
  std::size_t path = 0;
  bool crosses = false;  ///< `**`
};

/// Linear for one star and quadratic at worst: the last star alone is tried again, and within a
/// segment the last `**` when that fails.
bool matches_whole(std::string_view pattern, std::string_view path) {
  Star segment;
  Star deep;
  std::size_t p = 0;
  std::size_t at = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      const bool crosses = pattern.substr(p, 2) == "**";
      p += crosses ? 2 : 1;
      // `**/` also matches no folder at all.
      if (crosses && p < pattern.size() && pattern[p] == '/') ++p;
      (crosses ? deep : segment) = {p, at, crosses};
      if (crosses) segment = {};
      continue;
    }
    if (at == path.size() && p == pattern.size()) return true;
    if (at < path.size() && p < pattern.size() &&
        (pattern[p] == path[at] || (pattern[p] == '?' && path[at] != '/'))) {
      ++p;
      ++at;
      continue;
    }
    Star* again = nullptr;
    if (segment.pattern != pattern.npos && segment.path < path.size() &&
        path[segment.path] != '/') {
      again = &segment;
    } else if (deep.pattern != pattern.npos && deep.path < path.size()) {
      again = &deep;
      segment = {};
    }
    if (again == nullptr) return false;
    p = again->pattern;
    at = ++again->path;
  }
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view path) {
  if (!pattern.contains('/')) path = path.substr(path.rfind('/') + 1);
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  return matches_whole(pattern, path);
}

}  // namespace lr::secrets
