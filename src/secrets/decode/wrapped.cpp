// base64 that is broken into lines (RFC 4648 section 3.1, RFC 7468 section 2, folded YAML values):
// neighbouring runs of one length make one piece.
#include <algorithm>
#include <span>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/blocks.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

// Encoders break lines at 60 to 128 characters. Shorter ones are lists of values, which are decoded
// each by itself.
constexpr std::size_t kWidthMin = 56;
constexpr std::size_t kWidthMax = 256;
constexpr std::size_t kIndentMax = 64;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_base64(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' ||
         c == '/' || c == '-' || c == '_';
}

/// Runs that make one piece.
struct Joined {
  std::size_t end = 0;   ///< Of the piece.
  std::size_t runs = 0;  ///< How many.
};

/// Where the next line's text begins when the line ends at `at`; else npos.
std::size_t next_line(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '\r') ++at;
  if (at >= text.size() || text[at] != '\n') return std::string_view::npos;
  const std::size_t begin = ++at;
  while (at < text.size() && at - begin < kIndentMax && is_blank(text[at])) ++at;
  return at;
}

/// The end of a line at `at` that is nothing but 1 to `width` characters of base64 and padding;
/// npos when something else stands there.
std::size_t base64_line(std::string_view text, std::size_t at, std::size_t width) {
  constexpr std::string_view kEnds = "\r\n\"'<,";
  if (at >= text.size() || text.substr(at).starts_with("-----")) return std::string_view::npos;
  std::size_t end = at;
  while (end < text.size() && end - at < width && is_base64(text[end])) ++end;
  if (end == at) return std::string_view::npos;
  std::size_t behind = end;
  while (behind < text.size() && behind - end < 2 && text[behind] == '=') ++behind;
  const bool ends = behind == text.size() || kEnds.contains(text[behind]);
  return ends ? end : std::string_view::npos;
}

/// The same for a last line: behind it stands no line of its kind, so that it is clear which lines
/// belong together wherever one begins to read.
std::size_t last_line(std::string_view text, std::size_t at, std::size_t width) {
  const std::size_t end = base64_line(text, at, width);
  if (end == std::string_view::npos) return end;
  const std::size_t next = next_line(text, end);
  const bool goes_on = next != std::string_view::npos &&
                       base64_line(text, next, kWidthMax) != std::string_view::npos;
  return goes_on ? std::string_view::npos : end;
}

/// The piece that begins with the first of `runs`.
Joined join_at(std::string_view text, std::span<const Range> runs) {
  const Range first = runs.front();
  const std::size_t width = first.end - first.begin;
  Joined joined{first.end, 1};
  if (width < kWidthMin || width > kWidthMax) return joined;
  std::size_t begin = next_line(text, first.end);
  if (begin == std::string_view::npos || is_hex(text.substr(first.begin, width))) return joined;
  const std::size_t step = begin - first.begin;
  while (joined.runs < runs.size() && runs[joined.runs].begin == begin &&
         runs[joined.runs].end - begin == width && begin == first.begin + joined.runs * step) {
    joined.end = runs[joined.runs++].end;
    begin = next_line(text, joined.end);
  }
  if (begin != first.begin + joined.runs * step) return joined;
  const std::size_t last = last_line(text, begin, width - 1);
  if (last == std::string_view::npos) return joined;
  joined.end = last;
  if (joined.runs < runs.size() && runs[joined.runs].begin == begin) ++joined.runs;
  return joined;
}

}  // namespace

void join_wrapped(std::string_view text, bool cut, Spots& spots) {
  std::vector<Range> single;
  const std::span<const Range> runs = spots.base64;
  const auto is_line = [](const Range& run) {
    return run.end - run.begin >= kWidthMin && run.end - run.begin <= kWidthMax;
  };
  if (std::ranges::none_of(runs, is_line)) return;
  for (std::size_t i = 0; i < runs.size();) {
    const bool cut_run = cut && runs[i].begin == 0;
    const Joined joined = cut_run ? Joined{runs[i].end, 1} : join_at(text, runs.subspan(i));
    if (joined.end > runs[i].end) {
      spots.wrapped.push_back({runs[i].begin, joined.end});
    } else {
      single.push_back(runs[i]);
    }
    i += joined.runs;
  }
  spots.base64 = std::move(single);
}

Lines wrapped_lines(std::string_view piece) {
  const std::size_t width =
      static_cast<std::size_t>(std::ranges::find_if_not(piece, is_base64) - piece.begin());
  return {width, next_line(piece, width)};
}

}  // namespace lr::secrets
