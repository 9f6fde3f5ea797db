#include "secrets/line_index.h"

#include <algorithm>
#include <cstring>

namespace lr::secrets {

LineColumn LineIndex::at(std::size_t offset) {
  offset = std::min(offset, text_.size());
  const auto lines = [&](std::size_t begin, std::size_t end) {
    return static_cast<std::uint32_t>(std::ranges::count(text_.substr(begin, end - begin), '\n'));
  };
  if (offset >= at_) {
    line_ += lines(at_, offset);
  } else {
    line_ -= lines(offset, at_);
  }
  at_ = offset;
  const std::size_t start = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
  const std::size_t column = start == std::string_view::npos ? offset + 1 : offset - start;
  return {line_, static_cast<std::uint32_t>(std::min<std::size_t>(column, UINT32_MAX))};
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
  Range range = inner;
  for (std::uint32_t i = 0; i <= lines; ++i) {
    if (i > 0 && range.begin > 0) --range.begin;
    while (range.begin > 0 && text_[range.begin - 1] != '\n') --range.begin;
    if (i > 0 && range.end < text_.size()) ++range.end;
    while (range.end < text_.size() && text_[range.end] != '\n') ++range.end;
  }
  return range;
}

}  // namespace lr::secrets
