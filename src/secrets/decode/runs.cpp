// Where encoded text may stand, in all of a text or near changes of it.
#include <algorithm>

#include "secrets/decode/blocks.h"
#include "secrets/decode/decode.h"
#include "secrets/decode/spot_finder.h"

namespace lr::secrets {
namespace {

Spots spots_in(std::string_view text, bool cut) {
  SpotFinder finder(text, cut);
  each_batch(text, {0, text.size()}, [&](const BlockBatch& batch) { finder.take(batch); });
  return finder.finish();
}

constexpr auto kKinds = {&Spots::base64,   &Spots::wrapped, &Spots::percent, &Spots::escapes,
                         &Spots::entities, &Spots::utf16le, &Spots::utf16be};

bool touch(const Range& a, const Range& b) { return a.begin <= b.end && b.begin <= a.end; }

/// How far away a change may decide which runs are lines of one piece: it may stand in the line in
/// front, in the one behind, or in the one behind that (see wrapped.cpp).
constexpr std::size_t kJoinReach = 1024;

/// The run begins or ends a line, so that it may have been a line of a piece, or become one.
bool may_be_line(std::string_view text, const Range& run) {
  const std::string_view before = text.substr(0, run.begin);
  const std::size_t last = before.find_last_not_of(" \t");
  if (last == std::string_view::npos || before[last] == '\n') return true;
  const std::string_view behind = text.substr(run.end, 3);
  const std::size_t end = behind.find_first_not_of("=\r");
  return behind.size() < 3 || (end != std::string_view::npos && behind[end] == '\n');
}

/// What a change in `wanted` may have made of the spot: it touches it, or decides what it is.
bool is_concerned(std::string_view text, const Range& spot, const Range& wanted, bool line) {
  if (touch(spot, wanted)) return true;
  const Range near{spot.begin > kJoinReach ? spot.begin - kJoinReach : 0, spot.end + kJoinReach};
  return line && touch(near, wanted) && may_be_line(text, spot);
}

/// What a change in one of `wanted` may have made of the spot.
bool is_concerned(std::string_view text, const Range& spot, std::span<const Range> wanted,
                  bool line) {
  const std::size_t least = spot.begin > kJoinReach ? spot.begin - kJoinReach : 0;
  auto one = std::ranges::lower_bound(wanted, least, {}, &Range::end);
  for (; one != wanted.end() && one->begin <= spot.end + kJoinReach; ++one) {
    if (is_concerned(text, spot, *one, line)) return true;
  }
  return false;
}

/// Spots that `wanted` concerns, from a window around all of it; false when one may be cut by the
/// window.
bool add_from_window(std::string_view bytes, std::span<const Range> wanted, std::size_t margin,
                     Spots& out) {
  const std::size_t begin = wanted.front().begin;
  const Range window{begin > margin ? begin - margin : 0,
                     std::min(bytes.size(), wanted.back().end + margin)};
  Spots found = spots_in(bytes.substr(window.begin, window.end - window.begin), window.begin > 0);
  bool whole = true;
  const auto concerned = [&](std::vector<Range> Spots::* kind, const Range& spot) {
    const bool line = kind == &Spots::base64 || kind == &Spots::wrapped;
    return is_concerned(bytes, spot, wanted, line);
  };
  for (const auto kind : kKinds) {
    for (Range& spot : found.*kind) {
      spot = {spot.begin + window.begin, spot.end + window.begin};
      const bool cut_front = window.begin > 0 && spot.begin < window.begin + 2 * kEscapesNear;
      const bool cut_back = window.end < bytes.size() && spot.end + 2 * kEscapesNear > window.end;
      whole = whole && !((cut_front || cut_back) && concerned(kind, spot));
    }
  }
  if (!whole) return false;
  for (const auto kind : kKinds) {
    for (const Range& spot : found.*kind) {
      if (concerned(kind, spot)) (out.*kind).push_back(spot);
    }
  }
  return true;
}

/// How many printable bytes in a row are worth a look.
constexpr std::size_t kReadable = 16;

/// Printable bytes in a row, or with zeros in turn, among nothing but printable bytes and zeros.
bool is_readable(std::string_view bytes) {
  std::size_t run = 0;
  char previous = '\0';
  for (char c : bytes) {
    const bool between = c == '\0' && previous != '\0' && run > 0;
    run = c != '\0' ? run + 1 : between ? run : 0;
    if (run >= kReadable) return true;
    previous = c;
  }
  return false;
}

}  // namespace

Spots find_spots_near(std::string_view bytes, std::span<const Range> ranges) {
  Spots spots;
  constexpr std::size_t kMargin = kJoinReach + 2 * kEscapesNear;
  while (!ranges.empty()) {
    // Ranges whose windows would overlap share one.
    std::size_t count = 1;
    while (count < ranges.size() && ranges[count].begin <= ranges[count - 1].end + kMargin) ++count;
    const std::span<const Range> wanted = ranges.first(count);
    for (std::size_t margin = kMargin; !add_from_window(bytes, wanted, margin, spots);) margin *= 4;
    ranges = ranges.subspan(count);
  }
  for (const auto kind : kKinds) {
    auto& list = spots.*kind;
    std::ranges::sort(list, {}, &Range::begin);
    const auto same = [](const Range& a, const Range& b) { return a.begin == b.begin; };
    list.erase(std::unique(list.begin(), list.end(), same), list.end());
  }
  return spots;
}

bool has_readable_run(std::string_view bytes) {
  const auto fits = [&](std::size_t at) { return may_be_readable(bytes[at]); };
  for (std::size_t begin = 0; begin + kReadable <= bytes.size();) {
    std::size_t end = begin + kReadable;
    while (end > begin && fits(end - 1)) --end;
    if (end > begin) {
      begin = end;
      continue;
    }
    for (end = begin + kReadable; end < bytes.size() && fits(end);) ++end;
    if (is_readable(bytes.substr(begin, end - begin))) return true;
    begin = end;
  }
  return false;
}

}  // namespace lr::secrets
