#include "contract/syntax.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lr::contract {
namespace {

/// Takes a number and ':' off the front.
std::uint32_t take_number(std::string_view& text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || digits >= text.size() || text[digits] != ':') return 0;
  text.remove_prefix(digits + 1);
  return out;
}

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

bool is_indented_by_tabs(std::string_view line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  return line.substr(0, begin).find('\t') != std::string_view::npos;
}

struct Cure {
  std::string_view part;  ///< Of the reader's message.
  std::string_view cure;
};
constexpr auto kCures = std::to_array<Cure>({
    {"flow not found",
     "a { or [ before this place is not closed, or a text that holds {, }, [, ] or a comma needs "
     "quotes"},
    {"a key must be text", "close the { or [ before it, or put quotes around the text"},
    {"illegal map value", "put quotes around a text that holds \": \""},
    {"end of sequence not found", "indent this line like the entries of the list above it"},
    {"end of map not found", "indent this line like the keys above it"},
    {"illegal tab", "indent with spaces"},
    {"anchors (&name) are not allowed", "write the value out"},
    {"tags (!name) are not allowed", "take the tag away"},
    {"anchor is not defined",
     "write the value out, or put quotes around a text that begins with *"},
    {"a control character", "save the file as plain UTF-8 text"},
    {"the file is not UTF-8", "save it as UTF-8"},
    {"more than one document", "keep one contract in a file"},
    {"is here twice", "keep one of the two"},
});

/// A tab explains more than the complaint that it leads to.
std::string explained(std::string why, std::string_view line) {
  if (is_indented_by_tabs(line)) return "a tab in the indentation; indent with spaces";
  const auto found = std::ranges::find_if(
      kCures, [&why](const Cure& cure) { return why.find(cure.part) != std::string::npos; });
  if (found == kCures.end()) return why;
  return why.append("; ").append(found->cure);
}

}  // namespace

Problem syntax_problem(const Error& error, std::string_view file_name, std::string_view text) {
  std::string_view why = error.detail();
  Problem out;
  if (!why.starts_with(file_name)) {
    out.message = why;
    return out;
  }
  why.remove_prefix(std::min(file_name.size() + 1, why.size()));
  out.at.line = std::max(take_number(why), 1U);
  out.at.column = std::max(take_number(why), 1U);
  while (why.starts_with(' ')) why.remove_prefix(1);
  out.message = explained(std::string(why), line_of(text, out.at.line));
  return out;
}

}  // namespace lr::contract
