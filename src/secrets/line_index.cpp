#include "secrets/line_index.h"

#include <algorithm>
#include <cstring>

namespace lr::secrets {
namespace {

constexpr std::size_t kLast = UINT32_MAX - 1;
/// Lines of bundles are as long as the bundle: no more of them is near anything.
constexpr std::size_t kNearBytes = 8192;

/// Where the line of `end` starts; `start` unless a line ends in [begin, end).
std::size_t start_of_line(std::string_view text, std::size_t start, std::size_t begin,
                          std::size_t end) {
  const void* last = memrchr(text.data() + begin, '\n', end - begin);
  if (last == nullptr) return start;
  return static_cast<std::size_t>(static_cast<const char*>(last) - text.data()) + 1;
}

}  // namespace

LineColumn LineIndex::at(std::size_t offset) {
  offset = std::min(offset, text_.size());
  const auto lines = [&](std::size_t begin, std::size_t end) {
    return static_cast<std::uint32_t>(std::ranges::count(text_.substr(begin, end - begin), '\n'));
  };
  if (offset >= at_) {
    line_ += lines(at_, offset);
    start_ = start_of_line(text_, start_, at_, offset);
  } else {
    line_ -= lines(offset, at_);
    if (start_ > offset) start_ = start_of_line(text_, 0, 0, offset);
  }
  at_ = offset;
  return {line_, static_cast<std::uint32_t>(std::min<std::size_t>(offset - start_, kLast) + 1)};
}

Range LineIndex::line_around(Range inner, std::size_t longest) const {
  const std::size_t size = inner.end - inner.begin;
  const std::size_t room = longest > size ? (longest - size) / 2 : 0;
  const std::size_t least = inner.begin > room ? inner.begin - room : 0;
  const std::size_t most = std::min(text_.size(), inner.end + room);
  const char* text = text_.data();
  const void* before = memrchr(text + least, '\n', inner.begin - least);
  const void* behind = std::memchr(text + inner.end, '\n', most - inner.end);
  const auto place = [&](const void* at) {
    return static_cast<std::size_t>(static_cast<const char*>(at) - text);
  };
  return {before == nullptr ? least : place(before) + 1, behind == nullptr ? most : place(behind)};
}

Range LineIndex::lines_around(Range inner, std::uint32_t lines) const {
  const std::size_t least = inner.begin - std::min(inner.begin, kNearBytes);
  const std::size_t most = inner.end + std::min(text_.size() - inner.end, kNearBytes);
  Range range = inner;
  for (std::uint32_t i = 0; i <= lines; ++i) {
    if (i > 0 && range.begin > least) --range.begin;
    while (range.begin > least && text_[range.begin - 1] != '\n') --range.begin;
    if (i > 0 && range.end < most) ++range.end;
    while (range.end < most && text_[range.end] != '\n') ++range.end;
  }
  return range;
}

}  // namespace lr::secrets
