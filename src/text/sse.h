// Server-sent events (WHATWG HTML section 9.2): incremental reader and writer.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::text {

struct SseEvent {
  std::string event;  ///< "" means "message".
  std::string data;   ///< data: lines joined by '\n'.
  std::string id;     ///< Of this or the last event that had one.
};

/// Accepts a byte order mark, \n, \r\n and \r, comments, and any split of the bytes over feed()
/// calls.
class SseReader {
 public:
  /// Bounded: one event of more than `max_event_bytes` is kPayloadTooLarge.
  explicit SseReader(std::size_t max_event_bytes = 256 * 1024) : max_(max_event_bytes) {}
  Result<> feed(std::string_view bytes);
  /// The next complete event, or nullopt.
  std::optional<SseEvent> next();

 private:
  void end_line();
  void take_field(std::string_view name, std::string_view value);
  void end_event();
  std::size_t max_;
  std::string line_;  ///< The line that has not ended yet.
  bool first_line_ = true;
  bool skip_lf_ = false;
  SseEvent current_;
  bool has_data_ = false;
  std::size_t event_bytes_ = 0;  ///< Of the lines since the last event, `line_` included.
  std::deque<SseEvent> ready_;
};

/// "event: x\ndata: …\n\n" with multi-line data split over data: lines.
void append_sse_event(std::string& out, std::string_view event, std::string_view data);

}  // namespace lr::text
