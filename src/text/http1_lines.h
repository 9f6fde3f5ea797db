// Lines of an HTTP/1 head: shared by requests, responses and trailers. Internal to src/text.
#pragma once

#include <string_view>

#include "base/error.h"
#include "text/fields.h"
#include "text/http1.h"

namespace lr::text {

/// Why a message is refused; cheap to pass around, turned into an Error once.
struct HeadFault {
  Code code;
  const char* why;  ///< A literal.
};

enum class LineState : std::uint8_t { kComplete, kNeedMore, kTooLong, kBareLf };

struct HeadLine {
  LineState state = LineState::kNeedMore;
  std::string_view text;  ///< Without CRLF.
  std::size_t taken = 0;  ///< With CRLF.
};

/// The line at the front of `bytes`, of at most `most` bytes with its CRLF. The answer depends only
/// on bytes that are there, so it is the same however the input was split.
HeadLine read_line(std::string_view bytes, std::size_t most);

/// Splits "name: value". Null when the line has that form, otherwise why not (a literal).
const char* split_field(std::string_view line, Field& field);

/// What the framing fields of a head say, before they are judged.
struct FramingFields {
  unsigned lengths = 0;
  unsigned codings = 0;
  unsigned hosts = 0;
  bool close = false;
  bool keep_alive = false;
  std::string_view length;
  std::string_view coding;
  std::string_view host;
  std::string_view expect;
};

struct HeadCursor {
  std::string_view bytes;
  std::size_t position = 0;
  const HeadLimits& limits;
  /// How long the next line may be with its CRLF, under its own limit and that of the head.
  std::size_t room(std::size_t line_limit) const;
};

enum class HeadProgress : std::uint8_t { kComplete, kNeedMore, kRefused };

/// Reads field lines up to and including the empty line.
HeadProgress read_fields(HeadCursor& cursor, Fields& fields, FramingFields& framing,
                         HeadFault& fault);

/// RFC 9112 section 6.3, without the rules that depend on the method or status. `body` becomes
/// kChunked, kLength or kNone. Null when sound.
const char* decide_framing(const FramingFields& framing, int minor_version, BodyFraming& body);

/// RFC 9112 section 9.3.
bool decide_keep_alive(const FramingFields& framing, int minor_version);

/// Reads "HTTP/1.x". Returns the minor version, -1 when the text is no HTTP version, -2 when it is
/// one that is not served.
int parse_version(std::string_view text);

}  // namespace lr::text
