// Server-sent events (WHATWG HTML section 9.2): incremental reader and writer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::text {

struct SseEvent {
  std::string event;  ///< "" means "message".
  std::string data;   ///< data: lines joined by '\n'.
  std::string id;
};

/// Accepts \n, \r\n and \r, comments, and any split of the bytes over feed() calls.
class SseReader {
 public:
  /// Bounded: one event of more than `max_event_bytes` is kPayloadTooLarge.
  explicit SseReader(std::size_t max_event_bytes = 256 * 1024) : max_(max_event_bytes) {}
  Result<> feed(std::string_view bytes);
  /// The next complete event, or nullopt.
  std::optional<SseEvent> next();

 private:
  std::size_t max_;
  std::string buffer_;
  std::size_t position_ = 0;
  bool skip_lf_ = false;
  SseEvent current_;
  bool has_data_ = false;
  std::size_t event_bytes_ = 0;
};

/// "event: x\ndata: …\n\n" with multi-line data split over data: lines.
void append_sse_event(std::string& out, std::string_view event, std::string_view data);

}  // namespace lr::text
