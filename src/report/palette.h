// Colours, marks and columns of terminal output. A status is always a word and a mark as well:
// colour only repeats it.
#pragma once

#include <string>
#include <string_view>

#include "report/report.h"

namespace lr::report {

class Palette {
 public:
  explicit Palette(bool color) : color_(color) {}
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string status(Status status, std::string_view text) const;
  std::string severity(Severity severity, std::string_view text) const;
  std::string verdict(Verdict verdict, std::string_view text) const;

 private:
  std::string paint(std::string_view codes, std::string_view text) const;
  bool color_;
};

/// "✓", "✗", "?", "–".
std::string_view status_mark(Status status);
std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);
std::string upper(std::string_view ascii);
/// Words folded into lines of at most `width` columns; the first line is indented by `first`, the
/// others by `rest`. Ends with a newline.
std::string wrapped(std::string_view text, std::size_t width, std::size_t first, std::size_t rest);

}  // namespace lr::report
