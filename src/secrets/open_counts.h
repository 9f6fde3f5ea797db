// Where the groups of a match are is what RE2 takes longest for: it goes through its program byte
// by byte, and a count like {8,200} is two hundred copies in it. A short match cannot reach such a
// count, so that the same pattern with an open one, {8,}, has the same groups there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lr::secrets {

struct OpenCounts {
  std::string pattern;
  std::uint32_t longest = 0;  ///< Matches of so many bytes or less have the same groups.
};
/// For longer and longer matches, with fewer and fewer open counts; none when there is no count
/// that is worth it, or the pattern is written in a way that is not understood here. Only counts of
/// single bytes are opened: copies of them cannot be empty.
std::vector<OpenCounts> open_counts(std::string_view pattern);

}  // namespace lr::secrets
