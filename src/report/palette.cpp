#include "report/palette.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/printable.h"

namespace lr::report {

std::string Palette::paint(std::string_view codes, std::string_view text) const {
  if (!color_ || text.empty()) return std::string(text);
  const bool newline = text.back() == '\n';
  return fmt::format("\x1b[{}m{}\x1b[0m{}", codes, newline ? text.substr(0, text.size() - 1) : text,
                     newline ? "\n" : "");
}

std::string Palette::status(Status status, std::string_view text) const {
  switch (status) {
    case Status::kPass:
      return paint("32", text);
    case Status::kFail:
      return paint("1;31", text);
    case Status::kInconclusive:
      return paint("33", text);
    case Status::kNotApplicable:
      return paint("2", text);
  }
  return std::string(text);
}

std::string Palette::severity(Severity severity, std::string_view text) const {
  switch (severity) {
    case Severity::kCritical:
      return paint("1;31", text);
    case Severity::kHigh:
      return paint("31", text);
    case Severity::kMedium:
      return paint("33", text);
    default:
      return paint("36", text);
  }
}

std::string Palette::verdict(Verdict verdict, std::string_view text) const {
  if (!color_) return std::string(text);
  const std::string block = fmt::format(" {} ", text);
  switch (verdict) {
    case Verdict::kReady:
      return paint("1;97;42", block);
    case Verdict::kNotReady:
      return paint("1;97;41", block);
    case Verdict::kIncomplete:
      return paint("1;30;43", block);
  }
  return block;
}

std::string_view status_mark(Status status) {
  switch (status) {
    case Status::kPass:
      return "✓";
    case Status::kFail:
      return "✗";
    case Status::kInconclusive:
      return "?";
    case Status::kNotApplicable:
      return "–";
  }
  return "?";
}

std::string pad_right(std::string_view text, std::size_t columns) {
  const std::size_t used = columns_of(text);
  return std::string(text) + std::string(columns > used ? columns - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t used = columns_of(text);
  return std::string(columns > used ? columns - used : 0, ' ') + std::string(text);
}

std::string upper(std::string_view ascii) {
  std::string out(ascii);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t first, std::size_t rest) {
  std::string out(first, ' ');
  std::size_t column = first;
  bool fresh = true;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    if (word.empty()) continue;
    const std::size_t needed = columns_of(word) + (fresh ? 0 : 1);
    if (!fresh && column + needed > width) {
      out += "\n" + std::string(rest, ' ');
      column = rest;
      fresh = true;
    }
    if (!fresh) out += ' ';
    out += word;
    column += columns_of(word) + (fresh ? 0 : 1);
    fresh = false;
  }
  return out + "\n";
}

}  // namespace lr::report
