// The one place where a request path is decided.
#include <algorithm>

#include "base/limits.h"
#include "text/ascii.h"
#include "text/url.h"
#include "text/utf8.h"

namespace lr::text {
namespace {

// What a raw byte of a path may be: pchar without '%' and ';' (RFC 3986 section 3.3), or '/'.
constexpr CharTable kPathChars = make_char_table("-._~!$&'()*+,=:@/", true);

std::unexpected<Error> refuse(const char* why) {
  return fail(Code::kInvalidArgument, std::string("request target: ") + why, Origin::kClient);
}

/// Characters that some servers turn into '/', '\', '.', '%' or nothing at all (compatibility
/// forms, best-fit mappings, invisible characters).
bool is_treacherous(std::uint32_t c) {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  static constexpr Range kRanges[] = {
      {0x80, 0x9f},     {0xad, 0xad},     {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2024, 0x202e},
      {0x2044, 0x2044}, {0x2060, 0x2064}, {0x2215, 0x2216}, {0x29f5, 0x29f9}, {0xfe52, 0xfe52},
      {0xfe68, 0xfe6a}, {0xfeff, 0xfeff}, {0xff01, 0xff5e}, {0xfff0, 0xffff},
  };
  return std::ranges::any_of(
      kRanges, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

/// The byte behind "%XX" at the front of `text`, or -1.
int read_escape(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_escape(std::string& out, std::uint8_t byte) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '%';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

/// Takes a run of escapes that spell one non-ASCII character. Returns what it took, 0 when they
/// do not.
std::size_t copy_escaped_character(std::string_view text, std::string& out) {
  char bytes[4];
  std::size_t count = 0;
  while (count < 4) {
    const int byte = read_escape(text.substr(std::min(count * 3, text.size())));
    if (byte < 0x80) break;
    bytes[count++] = static_cast<char>(byte);
  }
  std::uint32_t code_point = 0;
  const std::size_t length = read_utf8(std::string_view(bytes, count), code_point);
  if (length == 0 || is_treacherous(code_point)) return 0;
  for (std::size_t i = 0; i < length; ++i) {
    append_escape(out, static_cast<std::uint8_t>(bytes[i]));
  }
  return length * 3;
}

/// Copies the escape at the front of `text` in its canonical form. Returns the bytes taken.
Result<std::size_t> copy_escape(std::string_view text, std::string& out) {
  const int byte = read_escape(text);
  if (byte < 0) return refuse("malformed percent-encoding");
  if (byte >= 0x80) {
    const std::size_t taken = copy_escaped_character(text, out);
    if (taken == 0) return refuse("escapes that are no plain UTF-8 character");
    return taken;
  }
  const char c = static_cast<char>(byte);
  if (byte < 0x20 || byte == 0x7f) return refuse("encoded control character");
  if (c == '/' || c == '\\' || c == '%' || c == ';') {
    return refuse("encoded '/', '\\', '%' or ';'");
  }
  if (in_table(kUnreservedChars, c)) {
    out += c;
  } else {
    append_escape(out, static_cast<std::uint8_t>(byte));
  }
  return std::size_t{3};
}

Result<> copy_path(std::string_view path, std::string& out) {
  std::size_t position = 0;
  while (position < path.size()) {
    std::size_t end = position;
    while (end < path.size() && in_table(kPathChars, path[end])) ++end;
    out.append(path, position, end - position);
    if (end == path.size()) break;
    if (path[end] != '%') return refuse("a character that has no place in a path");
    auto taken = copy_escape(path.substr(end), out);
    if (!taken) return std::unexpected(std::move(taken).error());
    position = end + *taken;
  }
  return {};
}

Result<> add_segment(std::string_view segment, std::vector<std::string_view>& segments) {
  if (segment.empty()) return refuse("empty segment");
  if (segment[0] == '.' && segment.find_first_not_of('.') == std::string_view::npos) {
    return refuse("dot segment");
  }
  if (segment.starts_with("%20") || segment.ends_with("%20")) {
    return refuse("a segment that begins or ends with a space");
  }
  if (segments.size() == limits::kPathSegments) return refuse("too many segments");
  segments.push_back(segment);
  return {};
}

Result<> split_path(CanonicalTarget& out) {
  std::string_view rest = out.path;
  if (rest == "/") return {};
  while (!rest.empty()) {
    rest.remove_prefix(1);  // The slash.
    const std::size_t end = std::min(rest.find('/'), rest.size());
    LR_TRY_VOID(add_segment(rest.substr(0, end), out.segments));
    rest.remove_prefix(end);
  }
  return {};
}

Result<> check_query(std::string_view query) {
  for (std::size_t i = 0; i < query.size(); ++i) {
    const char c = query[i];
    if (c <= 0x20 || c >= 0x7f || c == '#') return refuse("a character that must be encoded");
    if (c == '%' && read_escape(query.substr(i)) < 0) return refuse("malformed percent-encoding");
  }
  return {};
}

}  // namespace

std::string CanonicalTarget::str() const { return has_query ? path + "?" + query : path; }

Result<> canonicalize_target(std::string_view target, CanonicalTarget& out) {
  out.path.clear();
  out.segments.clear();
  out.query.clear();
  const std::size_t mark = target.find('?');
  out.has_query = mark != std::string_view::npos;
  const std::string_view path = target.substr(0, mark);
  if (!path.starts_with('/')) return refuse("it does not begin with '/'");
  if (path.size() > limits::kRequestLineBytes) return refuse("too long");
  LR_TRY_VOID(copy_path(path, out.path));
  LR_TRY_VOID(split_path(out));
  if (!out.has_query) return {};
  out.query = target.substr(mark + 1);
  return check_query(out.query);
}

}  // namespace lr::text
