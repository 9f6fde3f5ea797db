// Walks JSON in place, for source maps and HAR files of tens of megabytes of which a few members
// matter: no tree is built, no string is copied before it is asked for. More lenient than
// text::parse_json, because browsers and bundlers write what that refuses (lone surrogates, raw
// control characters, duplicate names), and a scan must not stop at any of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lr::secrets::sources {

class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  /// Walks the object at the cursor: `member(name)` is called for each, with the cursor before its
  /// value; what it does not read is skipped. Skips a value that is not an object.
  template <class Member>
  void object(Member&& member) {
    if (!open('{')) return skip();
    while (auto name = next_member()) {
      const std::size_t before = value_start();
      member(std::string_view(*name));
      if (at_ == before) skip();
    }
  }

  /// Walks the array at the cursor: `element(index)`, as for object().
  template <class Element>
  void array(Element&& element) {
    if (!open('[')) return skip();
    for (std::size_t index = 0; next_element(); ++index) {
      const std::size_t before = value_start();
      element(index);
      if (at_ == before) skip();
    }
  }

  /// The string at the cursor with its escapes undone. Nullopt, and nothing consumed, when the
  /// value is not a string.
  std::optional<std::string> string();
  /// The same as it stands between its quotes, a view into the text.
  std::optional<std::string_view> raw_string();
  /// A whole number that fits; nullopt, and nothing consumed, otherwise.
  std::optional<std::int64_t> integer();
  /// Past the value at the cursor, whatever it is.
  void skip();
  /// '{', '[', '"', a digit, '-', 't', 'f', 'n', or 0 at the end.
  char peek();

  /// False once the text broke off or was no JSON; everything after that reads as empty.
  bool ok() const { return !failed_; }
  /// Where in the text, in bytes.
  std::size_t offset() const { return at_; }

 private:
  bool open(char bracket);
  std::size_t value_start() { return peek() == '\0' ? text_.size() : at_; }
  std::optional<std::string> next_member();
  bool next_element();
  std::optional<std::string_view> take_string();
  void fail();

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = false;  ///< Directly behind an opening bracket.
  bool failed_ = false;
};

/// Undoes the escapes of a JSON string. A lone surrogate becomes U+FFFD, an unknown escape stays.
std::string unescape_json(std::string_view raw);

/// Appends a code point as UTF-8; U+FFFD for what is none.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace lr::secrets::sources
