#include "text/http1_lines.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "text/ascii.h"

namespace lr::text {
namespace {

constexpr std::size_t kLengthDigits = 18;  // Below 10^18: no overflow in any sum.

const char* parse_length(std::string_view text, std::uint64_t& length) {
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return "Content-Length is no number";
  if (text.size() > 1 && text[0] == '0') return "Content-Length has leading zeros";
  if (text.size() > kLengthDigits) return "Content-Length is out of range";
  std::from_chars(text.data(), text.data() + text.size(), length);
  return nullptr;
}

void note_connection(std::string_view list, FramingFields& framing) {
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view member = trim_ows(list.substr(0, comma));
    if (equals_ignoring_case(member, "close")) framing.close = true;
    if (equals_ignoring_case(member, "keep-alive")) framing.keep_alive = true;
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// Picks out the fields that decide where the message ends. Switches on the length first: most
/// fields are dismissed without looking at a character.
void note_framing(const Field& field, FramingFields& framing) {
  switch (field.name.size()) {
    case 4:
      if (!equals_ignoring_case(field.name, "host")) return;
      ++framing.hosts;
      framing.host = field.value;
      return;
    case 6:
      if (equals_ignoring_case(field.name, "expect")) framing.expect = field.value;
      return;
    case 10:
      if (equals_ignoring_case(field.name, "connection")) note_connection(field.value, framing);
      return;
    case 14:
      if (!equals_ignoring_case(field.name, "content-length")) return;
      ++framing.lengths;
      framing.length = field.value;
      return;
    case 17:
      if (!equals_ignoring_case(field.name, "transfer-encoding")) return;
      ++framing.codings;
      framing.coding = field.value;
      return;
    default:
      return;
  }
}

HeadProgress refuse(HeadFault& fault, Code code, const char* why) {
  fault = {code, why};
  return HeadProgress::kRefused;
}

}  // namespace

HeadLine read_line(std::string_view bytes, std::size_t most) {
  const std::size_t window = std::min(bytes.size(), most);
  const void* found = window == 0 ? nullptr : std::memchr(bytes.data(), '\n', window);
  if (found == nullptr) {
    const bool too_long = bytes.size() >= most;
    return {too_long ? LineState::kTooLong : LineState::kNeedMore, {}, 0};
  }
  const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
  if (end == 0 || bytes[end - 1] != '\r') return {LineState::kBareLf, {}, 0};
  return {LineState::kComplete, bytes.substr(0, end - 1), end + 1};
}

const char* split_field(std::string_view line, Field& field) {
  std::size_t end = 0;
  while (end < line.size() && in_table(kTokenChars, line[end])) ++end;
  if (end == line.size()) return "a field line without a colon";
  if (line[end] != ':' || end == 0) {
    const bool space = line[end] == ' ' || line[end] == '\t';
    if (space && end == 0) return "a folded field line";
    return space ? "a space before the colon of a field" : "a field name that is no token";
  }
  const std::string_view value = trim_ows(line.substr(end + 1));
  if (!is_field_value(value)) return "a control character in a field value";
  field = {line.substr(0, end), value};
  return nullptr;
}

std::size_t HeadCursor::room(std::size_t line_limit) const {
  const std::size_t left = limits.head_bytes > position ? limits.head_bytes - position : 0;
  return std::min(line_limit + 2, left);
}

HeadProgress read_fields(HeadCursor& cursor, Fields& fields, FramingFields& framing,
                         HeadFault& fault) {
  while (true) {
    const HeadLine line =
        read_line(cursor.bytes.substr(cursor.position), cursor.room(cursor.limits.field_bytes));
    if (line.state == LineState::kNeedMore) return HeadProgress::kNeedMore;
    if (line.state == LineState::kTooLong) {
      return refuse(fault, Code::kHeadersTooLarge, "a field line or the head is too long");
    }
    if (line.state == LineState::kBareLf) {
      return refuse(fault, Code::kInvalidArgument, "a line that ends in LF without CR");
    }
    cursor.position += line.taken;
    if (line.text.empty()) return HeadProgress::kComplete;
    if (fields.size() == cursor.limits.fields) {
      return refuse(fault, Code::kHeadersTooLarge, "too many fields");
    }
    Field field;
    const char* why = split_field(line.text, field);
    if (why != nullptr) return refuse(fault, Code::kInvalidArgument, why);
    fields.add(field.name, field.value);
    note_framing(field, framing);
  }
}

const char* decide_framing(const FramingFields& framing, int minor_version, BodyFraming& body) {
  body = {};
  if (framing.codings != 0) {
    if (framing.lengths != 0) return "both Content-Length and Transfer-Encoding";
    if (minor_version == 0) return "Transfer-Encoding in HTTP/1.0";
    if (framing.codings > 1) return "Transfer-Encoding more than once";
    if (!equals_ignoring_case(framing.coding, "chunked")) {
      return "a transfer coding other than chunked";
    }
    body.kind = BodyFraming::Kind::kChunked;
    return nullptr;
  }
  if (framing.lengths == 0) return nullptr;
  if (framing.lengths > 1) return "Content-Length more than once";
  body.kind = BodyFraming::Kind::kLength;
  return parse_length(framing.length, body.length);
}

bool decide_keep_alive(const FramingFields& framing, int minor_version) {
  if (framing.close) return false;
  return minor_version == 1 || framing.keep_alive;
}

int parse_version(std::string_view text) {
  if (text.size() != 8 || !text.starts_with("HTTP/") || text[6] != '.') return -1;
  if (!is_digit(text[5]) || !is_digit(text[7])) return -1;
  if (text[5] != '1' || text[7] > '1') return -2;
  return text[7] - '0';
}

}  // namespace lr::text
