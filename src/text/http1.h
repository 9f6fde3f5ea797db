// HTTP/1.1 message grammar without I/O (RFC 9112). Strict: whatever two parsers might read
// differently is refused, never repaired. What is written is canonical.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"
#include "text/fields.h"

namespace lr::text {

/// How the end of a message body is found (RFC 9112 section 6).
struct BodyFraming {
  enum class Kind : std::uint8_t { kNone, kLength, kChunked, kUntilClose };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;  ///< Only for kLength.
};

struct RequestHead {
  std::string_view method;
  std::string_view target;  ///< Origin form ("/path?query"), or "*" for OPTIONS.
  std::string_view host;
  int minor_version = 1;  ///< HTTP/1.0 or HTTP/1.1.
  bool keep_alive = true;
  bool expect_continue = false;
  BodyFraming framing;
  Fields fields;
};

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  int minor_version = 1;
  bool keep_alive = true;
  BodyFraming framing;
  Fields fields;
};

struct HeadLimits {
  std::size_t line_bytes = limits::kRequestLineBytes;
  std::size_t field_bytes = limits::kHeaderLineBytes;
  std::size_t head_bytes = limits::kHeadBytes;
  std::size_t fields = limits::kHeaderFields;
};

/// Reads one request head from the front of `bytes`. Returns the number of bytes it took, 0 when
/// more are needed, or an error whose Code is the answer to give (400, 414, 431, 501, 505). All
/// views of `head` point into `bytes`. `head` keeps its capacity between calls.
/// Refused: bare LF or CR, obs-fold, space before the colon, NUL and control characters, absent or
/// repeated Host, absolute-form or authority-form target, both Content-Length and
/// Transfer-Encoding, repeated or malformed lengths, a transfer coding other than chunked,
/// Transfer-Encoding in HTTP/1.0.
Result<std::size_t> parse_request_head(std::string_view bytes, RequestHead& head,
                                       const HeadLimits& limits = {});

/// The same for a response. `request_method` decides whether a body follows (HEAD, CONNECT).
Result<std::size_t> parse_response_head(std::string_view bytes, std::string_view request_method,
                                        ResponseHead& head, const HeadLimits& limits = {});

/// Decodes a chunked body (RFC 9112 section 7.1) piece by piece, in place.
class ChunkedDecoder {
 public:
  /// Consumes a prefix of `bytes`. On return `data` is the next run of body bytes (a view into
  /// `bytes`, maybe empty). Returns the number of bytes consumed; call again with the rest until
  /// done() or until nothing is consumed (more input needed).
  Result<std::size_t> feed(std::string_view bytes, std::string_view& data);
  bool done() const { return state_ == State::kDone; }
  void reset() { *this = ChunkedDecoder(); }

 private:
  enum class State : std::uint8_t { kSize, kData, kDataEnd, kTrailer, kDone };
  Result<std::size_t> read_size(std::string_view bytes);
  Result<std::size_t> read_trailer(std::string_view bytes);
  State state_ = State::kSize;
  std::uint64_t remaining_ = 0;
  std::size_t trailer_bytes_ = 0;
};

/// "GET /x HTTP/1.1\r\n". The caller has validated both parts.
void append_request_line(std::string& out, std::string_view method, std::string_view target);
/// "HTTP/1.1 200 OK\r\n".
void append_status_line(std::string& out, int status);
/// "Name: value\r\n". LR_CHECKs is_token(name) and is_field_value(value).
void append_field(std::string& out, std::string_view name, std::string_view value);
/// "1a\r\n" + data + "\r\n"; nothing for empty data (which would end the body).
void append_chunk(std::string& out, std::string_view data);
/// The terminating chunk, "0\r\n\r\n".
void append_last_chunk(std::string& out);
/// "Not Found" for 404; "" for codes without a registered phrase.
std::string_view reason_phrase(int status);

}  // namespace lr::text
