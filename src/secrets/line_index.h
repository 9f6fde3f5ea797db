// Lines and columns of places in a text, counted only as far as somebody asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "secrets/document.h"

namespace lr::secrets {

/// Both from 1; columns in bytes.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Remembers the last place asked for, so that asking in order costs one pass over the text.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text) : text_(text) {}
  LineColumn at(std::size_t offset);
  /// The lines that `inner` stands on without the last line end, cut to `longest` bytes around it.
  Range line_around(Range inner, std::size_t longest) const;
  /// `inner` grown by that many lines before and behind, to whole lines, but by 8 KiB at most.
  Range lines_around(Range inner, std::uint32_t lines) const;

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;  ///< Of the line that at_ stands on.
  std::uint32_t line_ = 1;
};

}  // namespace lr::secrets
