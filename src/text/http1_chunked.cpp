#include <algorithm>

#include "text/ascii.h"
#include "text/http1.h"
#include "text/http1_lines.h"

namespace lr::text {
namespace {

constexpr std::size_t kSizeDigits = 15;  // Below 2^60: no overflow in any sum.

std::unexpected<Error> refuse(const char* why) {
  return fail(Code::kInvalidArgument, std::string("chunked body: ") + why, Origin::kClient);
}

std::size_t token_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && in_table(kTokenChars, text[length])) ++length;
  return length;
}

/// Length of the quoted-string (RFC 9110 section 5.6.4) at the front, 0 when it is none.
std::size_t quoted_length(std::string_view text) {
  if (!text.starts_with('"')) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
    if (i < text.size() && !is_field_value(text.substr(i, 1))) return 0;
  }
  return 0;
}

/// chunk-ext of RFC 9112 section 7.1.1, without the "bad" whitespace it tolerates.
bool is_chunk_extension(std::string_view text) {
  while (!text.empty()) {
    if (text[0] != ';') return false;
    text.remove_prefix(1);
    const std::size_t name = token_length(text);
    if (name == 0) return false;
    text.remove_prefix(name);
    if (!text.starts_with('=')) continue;
    text.remove_prefix(1);
    const std::size_t value = std::max(token_length(text), quoted_length(text));
    if (value == 0) return false;
    text.remove_prefix(value);
  }
  return true;
}

/// Null when sound.
const char* parse_size_line(std::string_view line, std::uint64_t& size) {
  std::size_t digits = 0;
  size = 0;
  while (digits < line.size() && hex_value(line[digits]) >= 0) {
    if (digits == kSizeDigits) return "a chunk size that is out of range";
    size = size * 16 + static_cast<unsigned>(hex_value(line[digits]));
    ++digits;
  }
  if (digits == 0) return "a chunk size that is no number";
  const std::string_view extension = line.substr(digits);
  if (extension.size() > limits::kChunkExtensionBytes) return "a chunk extension that is too long";
  return is_chunk_extension(extension) ? nullptr : "malformed text behind a chunk size";
}

/// Null when the line is complete.
const char* line_fault(const HeadLine& line) {
  if (line.state == LineState::kTooLong) return "a line that is too long";
  if (line.state == LineState::kBareLf) return "a line that ends in LF without CR";
  return nullptr;
}

}  // namespace

Result<std::size_t> ChunkedDecoder::read_size(std::string_view bytes) {
  const HeadLine line = read_line(bytes, kSizeDigits + limits::kChunkExtensionBytes + 2);
  if (line.state == LineState::kNeedMore) return 0;
  const char* why = line_fault(line);
  if (why == nullptr) why = parse_size_line(line.text, remaining_);
  if (why != nullptr) return refuse(why);
  state_ = remaining_ == 0 ? State::kTrailer : State::kData;
  return line.taken;
}

Result<std::size_t> ChunkedDecoder::read_trailer(std::string_view bytes) {
  const HeadLine line = read_line(bytes, limits::kTrailerBytes - trailer_bytes_);
  if (line.state == LineState::kNeedMore) return 0;
  const char* why = line_fault(line);
  Field dropped;
  if (why == nullptr && !line.text.empty()) why = split_field(line.text, dropped);
  if (why != nullptr) return refuse(why);
  trailer_bytes_ += line.taken;
  if (line.text.empty()) state_ = State::kDone;
  return line.taken;
}

Result<std::size_t> ChunkedDecoder::feed(std::string_view bytes, std::string_view& data) {
  data = {};
  std::size_t position = 0;
  while (state_ != State::kDone) {
    const std::string_view rest = bytes.substr(position);
    if (state_ == State::kData) {
      data = rest.substr(0, std::min<std::uint64_t>(remaining_, rest.size()));
      remaining_ -= data.size();
      if (remaining_ == 0) state_ = State::kDataEnd;
      return position + data.size();
    }
    if (state_ == State::kDataEnd) {
      const bool wrong = (!rest.empty() && rest[0] != '\r') || (rest.size() > 1 && rest[1] != '\n');
      if (wrong) return refuse("chunk data that is not followed by CRLF");
      if (rest.size() < 2) return position;
      position += 2;
      state_ = State::kSize;
      continue;
    }
    auto taken = state_ == State::kSize ? read_size(rest) : read_trailer(rest);
    if (!taken) return taken;
    if (*taken == 0) return position;
    position += *taken;
  }
  return position;
}

}  // namespace lr::text
