#include "secrets/filters/line_watch.h"

#include <algorithm>

#include "secrets/outline.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kStepMin = 1024;
constexpr std::size_t kStepMax = 16 * 1024;
/// Of matches that begin closer together only the first is noted.
constexpr std::size_t kTogether = 64;

}  // namespace

LineWatch::Watched& LineWatch::watched(const AnyPattern& patterns) {
  const auto known = std::ranges::find(all_, &patterns, &Watched::patterns);
  if (known != all_.end()) return *known;
  all_.push_back({&patterns, {}, {}, kStepMin, {}});
  return all_.back();
}

bool LineWatch::may_match(const AnyPattern& patterns, std::string_view line) {
  const auto begin = static_cast<std::size_t>(line.data() - text_.data());
  const Range asked{begin, begin + line.size()};
  Watched& watch = watched(patterns);
  const bool overlaps = asked.begin < watch.last.end && watch.last.begin < asked.end;
  watch.last = asked;
  // A line with a single match is read once anyway.
  if (!overlaps) return true;
  const AnyPattern::Start* start = patterns.start();
  if (start == nullptr) return true;
  if (asked.begin < watch.read.begin || asked.begin > watch.read.end) {
    // The next one may begin a little before it.
    const std::size_t from = asked.begin - std::min(asked.begin, kStepMin);
    watch.read = {from, from};
    watch.step = kStepMin;
    watch.starts.clear();
  }
  read_to(watch, *start, asked.end);
  const auto behind = std::ranges::upper_bound(watch.starts, asked.begin, {},
                                               [](std::size_t at) { return at + kTogether; });
  return behind != watch.starts.end() && *behind < asked.end;
}

void LineWatch::read_to(Watched& watch, const AnyPattern::Start& start, std::size_t end) const {
  const re2::StringPiece text(text_.data(), text_.size());
  while (watch.read.end < end) {
    std::size_t at = watch.read.end;
    watch.read.end = std::min(text_.size(), at + watch.step);
    watch.step = std::min(kStepMax, watch.step * 2);
    const std::size_t most = std::min(text_.size(), watch.read.end + start.width);
    if (!may_hold(start.signs, text_, {at, most})) continue;
    re2::StringPiece found;
    while (at < watch.read.end &&
           start.pattern->Match(text, at, most, RE2::UNANCHORED, &found, 1)) {
      const auto begin = static_cast<std::size_t>(found.data() - text.data());
      if (begin >= watch.read.end) break;
      watch.starts.push_back(begin);
      at = begin + kTogether;
    }
  }
}

}  // namespace lr::secrets
