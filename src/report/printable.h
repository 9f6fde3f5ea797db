// Evidence comes from targets that may be hostile. Before any text enters a rendered report it is
// made printable: what a terminal, a browser or a reviewer's eye could be tricked by is shown as a
// visible escape instead.
#pragma once

#include <string>
#include <string_view>

namespace lr::report {

/// Valid UTF-8 in which control characters (C0, DEL, C1: terminal escapes start here),
/// bidirectional controls, invisible characters, line separators and noncharacters stand as `\x1b`
/// or `\u{202e}`. Bytes that are no UTF-8 become U+FFFD. Newlines and tabs stay; CRLF becomes LF.
std::string printable(std::string_view text);
/// The same on one line: newlines and tabs become single spaces.
std::string printable_line(std::string_view text);
/// At most `columns` code points of a printable text, with "…" when something was cut.
std::string shortened(std::string_view text, std::size_t columns);
/// Code points: the columns that a printable text of Western letters fills.
std::size_t columns_of(std::string_view text);

/// printable() with & < > " ' as entities: safe as element text and inside quoted attributes.
std::string html_text(std::string_view text);
std::string html_line(std::string_view text);
/// For XML 1.0 element text and attributes; newlines inside attributes survive as &#10;.
std::string xml_text(std::string_view text);
std::string xml_attribute(std::string_view text);

/// GitHub Markdown, one line, where nothing is markup, a link, a mention or an issue reference.
std::string markdown_line(std::string_view text);
/// An inline code span; safe inside table cells.
std::string markdown_code(std::string_view text);
/// A fenced block whose fence the content cannot close.
std::string markdown_block(std::string_view text, std::string_view language);

}  // namespace lr::report
