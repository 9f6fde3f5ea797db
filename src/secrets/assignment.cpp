#include "secrets/assignment.h"

#include <algorithm>
#include <array>

#include "secrets/forms.h"

namespace lr::secrets {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kNameMax = 4096;
constexpr std::size_t kBlanks = 24;
constexpr std::size_t kTypeName = 24;
constexpr std::size_t kWrapper = 32;
constexpr std::size_t kWordMax = 24;
/// In front of a quote: JSON in a string of JSON has one of them, and so on with 3, 7 and 15.
constexpr std::size_t kBackslashes = 15;
constexpr std::size_t kNamesKept = 4096;  ///< Then those read are forgotten.

/// Which bytes are among `members`: asked at nearly every byte of some texts.
class Members {
 public:
  explicit constexpr Members(std::string_view members) {
    for (char c : members) table_[static_cast<std::uint8_t>(c)] = true;
  }
  constexpr bool operator()(char c) const { return table_[static_cast<std::uint8_t>(c)]; }

 private:
  std::array<bool, 256> table_{};
};

constexpr Members is_closer("=:,(>");
constexpr Members is_name("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
constexpr Members is_quote_prefix("bfruLN@");
constexpr Members ends_bare_value("\0 \t\r\n,;&<}])\"'`\\|#"sv);
constexpr Members is_quote("\"'`");
bool is_backslash(char c) { return c == '\\'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/// Walks forward over text, never past its end.
class Cursor {
 public:
  Cursor(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ >= bytes_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < bytes_.size() ? bytes_[at_ + ahead] : '\0';
  }
  bool take(std::string_view text) {
    if (!bytes_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  template <class Test>
  std::size_t skip(const Test& test, std::size_t limit) {
    const std::size_t start = at_;
    while (!done() && at_ - start < limit && test(bytes_[at_])) ++at_;
    return at_ - start;
  }
  void to(std::size_t at) { at_ = at; }

 private:
  std::string_view bytes_;
  std::size_t at_;
};

/// "value=", `"value": ` and the like, behind the name of a name and value pair.
bool take_value_field(Cursor& cursor) {
  Cursor ahead = cursor;
  ahead.skip([](char c) { return is_blank(c) || is_line_end(c) || c == ',' || is_quote(c); },
             kBlanks * 2);
  if (!ahead.take("value") && !ahead.take("Value")) return false;
  ahead.skip([](char c) { return is_quote(c) || is_blank(c); }, 3);
  if (!ahead.take("=") && !ahead.take(":")) return false;
  cursor = ahead;
  return true;
}

/// Behind ':' may stand a type and the real operator: `key: string = "v"`.
void skip_type(Cursor& cursor) {
  Cursor ahead = cursor;
  ahead.skip(is_blank, kBlanks);
  const std::size_t type = ahead.skip(
      [](char c) { return is_name(c) || c == '&' || c == '<' || c == '>' || c == '?'; }, kTypeName);
  ahead.skip(is_blank, 2);
  if (type > 0 && ahead.peek() == '=' && ahead.peek(1) != '=' && ahead.peek(1) != '>') {
    ahead.take("=");
    cursor = ahead;
  }
}

/// `=`, `:=`, `=>`, `:`, `,`, `(`, `>`; comparisons are none.
bool take_operator(Cursor& cursor) {
  const char first = cursor.peek();
  const char second = cursor.peek(1);
  const bool compares =
      second == '=' && (first == '=' || first == '!' || first == '>' || first == '<');
  if (compares || (first == '=' && second == '~') || (first == ':' && second == ':')) {
    cursor.to(cursor.at() + 2);
    return false;
  }
  const bool assigns = second == '=' && (first == ':' || first == '?' || first == '+');
  if (assigns || (first == '=' && second == '>')) {
    cursor.to(cursor.at() + 2);
    return true;
  }
  if (!is_closer(first)) return false;
  cursor.to(cursor.at() + 1);
  if (first == ':') skip_type(cursor);
  return true;
}

/// `SecureString("`, `Buffer.from('`: a call around a string literal.
void skip_wrapper(Cursor& cursor) {
  if (!is_name(cursor.peek())) return;
  Cursor ahead = cursor;
  ahead.take("new ");
  const std::size_t name = ahead.skip(is_name, kWrapper);
  if (name > 1 && ahead.take("(") && is_quote(ahead.peek())) cursor = ahead;
}

/// Opening quotes: `"`, `\"`, `"""`, `b'`, `@"`. Returns the quote, or '\0' for a bare word.
char take_quote(Cursor& cursor) {
  Cursor ahead = cursor;
  ahead.skip(is_quote_prefix, 2);
  ahead.skip(is_backslash, kBackslashes);
  const char quote = ahead.peek();
  if (!is_quote(quote)) return '\0';
  ahead.skip([&](char c) { return c == quote; }, 3);
  cursor = ahead;
  return quote;
}

/// The operator is behind the cursor; the value comes.
ValueStart start_of_value(Cursor& cursor) {
  cursor.skip(is_blank, kBlanks);
  skip_wrapper(cursor);
  ValueStart start;
  start.quote = take_quote(cursor);
  start.begin = cursor.at();
  return start;
}

bool is_flag(std::string_view bytes, std::size_t name_begin) {
  const std::size_t least = name_begin - std::min(name_begin, kNameTail);
  while (name_begin > least && is_name(bytes[name_begin - 1])) --name_begin;
  return bytes.substr(name_begin).starts_with("--");
}

/// `"key\" :`: blanks, and how a quoted name ends.
bool stands_behind_name(char c) { return is_blank(c) || is_quote(c) || is_backslash(c); }

/// The value given to a name of which only the last part counts.
std::optional<ValueStart> value_of_rest(std::string_view bytes, Range rest) {
  if (!is_credential_word(bytes.substr(rest.begin, rest.end - rest.begin))) return std::nullopt;
  return value_start(bytes, rest);
}

}  // namespace

std::size_t KnownRun::end(std::string_view bytes, const ByteSet& set, std::size_t begin,
                          std::size_t longest) {
  if (begin < known_.begin || begin > known_.end) known_ = {begin, begin};
  const std::size_t most = std::min(bytes.size(), begin + longest);
  std::size_t end = known_.end;
  while (end < most && set[static_cast<std::uint8_t>(bytes[end])]) ++end;
  known_.end = end;
  return std::min(end, most);
}

std::size_t name_end(std::string_view bytes, std::size_t at) {
  Cursor cursor(bytes, at);
  cursor.skip(is_name, kNameMax);
  return cursor.at();
}

std::optional<ValueStart> value_start(std::string_view bytes, Range name) {
  Cursor cursor(bytes, name.end);
  cursor.skip(is_backslash, kBackslashes);
  cursor.skip([](char c) { return is_quote(c) || c == ']' || c == ')' || c == '\\'; }, 4);
  const std::size_t blanks = cursor.skip(is_blank, kBlanks);
  if (take_value_field(cursor)) return start_of_value(cursor);
  const bool element = cursor.peek() == '>' && cursor.at() == name.end;
  if (take_operator(cursor)) {
    const char last = bytes[cursor.at() - 1];
    ValueStart start = start_of_value(cursor);
    start.element = element;
    start.argument = last == '(' || last == ',';
    return start;
  }
  if (blanks > 0 && cursor.at() == name.end + blanks && is_flag(bytes, name.begin)) {
    return start_of_value(cursor);
  }
  return std::nullopt;
}

std::optional<Assignment> value_at(std::string_view bytes, const ValueStart& start,
                                   const ValueShape& shape) {
  // `f(key, other)`: arguments that are no literals are names of something else.
  const bool bare = start.quote == '\0';
  if (bare && start.argument && !start.element) return std::nullopt;
  Range value{start.begin, shape.run.end(bytes, shape.bytes, start.begin, shape.longest + 1)};
  if (value.begin == value.end) return std::nullopt;
  if (bare) {
    const char behind = value.end < bytes.size() ? bytes[value.end] : '\0';
    if (start.element ? behind != '<' : !ends_bare_value(behind)) return std::nullopt;
    return Assignment{value, start.element};
  }
  // A value whose bytes include the quote or the backslash before it ends at the quote.
  if (const std::size_t end = bytes.substr(0, value.end).find(start.quote, value.begin);
      end != std::string_view::npos) {
    value.end = end;
  }
  while (value.end > value.begin && bytes[value.end - 1] == '\\') --value.end;
  const std::size_t behind = bytes.find_first_not_of('\\', value.end);
  if (behind == std::string_view::npos || bytes[behind] != start.quote) return std::nullopt;
  return value.begin == value.end ? std::nullopt : std::optional(Assignment{value, true});
}

void GivenNames::reset(std::string_view bytes) {
  bytes_ = bytes;
  names_.clear();
  read_ = {};
}

void GivenNames::read_to(std::size_t end) {
  for (std::size_t at = read_.end; at < end; ++at) {
    if (!is_closer(bytes_[at])) continue;
    std::size_t last = at;
    const std::size_t blanks = at - std::min<std::size_t>(at, kKeywordReach);
    while (last > blanks && stands_behind_name(bytes_[last - 1])) --last;
    const std::size_t least = last - std::min(last, kWordMax);
    std::size_t first = last;
    while (first > least && is_name(bytes_[first - 1])) --first;
    if (first == last) continue;
    // A part of a name says no more than the name.
    if (!is_credential_word(bytes_.substr(first, last - first))) continue;
    names_.push_back({first, last, at, value_start(bytes_, {first, last})});
  }
  read_.end = std::max(read_.end, end);
}

std::span<const GivenNames::Name> GivenNames::in(Range within) {
  const std::size_t end = std::min(within.end, bytes_.size());
  if (within.begin < read_.begin || within.begin > read_.end || names_.size() > kNamesKept) {
    names_.clear();
    read_ = {within.begin, within.begin};
  }
  read_to(end);
  const auto from = std::ranges::lower_bound(names_, within.begin, {}, &Name::closer);
  const auto to = std::ranges::lower_bound(from, names_.end(), end, {}, &Name::closer);
  return {from, to};
}

std::optional<Assignment> next_credential(std::string_view bytes, Range within,
                                          const ValueShape& shape, GivenNames& names) {
  for (const GivenNames::Name& name : names.in(within)) {
    if (name.last <= within.begin) continue;
    const auto start =
        name.first >= within.begin ? name.value : value_of_rest(bytes, {within.begin, name.last});
    if (!start) continue;
    if (const auto found = value_at(bytes, *start, shape)) return found;
  }
  return std::nullopt;
}

}  // namespace lr::secrets
