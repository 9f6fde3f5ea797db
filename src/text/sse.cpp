#include "text/sse.h"

#include <algorithm>

namespace lr::text {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

void append_data_lines(std::string& out, std::string_view data) {
  while (true) {
    const std::size_t end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) return;
    const bool pair = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
}

}  // namespace

Result<> SseReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (skip_lf_ && bytes[0] == '\n') bytes.remove_prefix(1);
    skip_lf_ = false;
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    event_bytes_ += end;
    if (event_bytes_ > max_) {
      event_bytes_ = max_ + 1;  // Stays refused.
      return fail(Code::kPayloadTooLarge, "a server-sent event is too large");
    }
    line_.append(bytes, 0, end);
    if (end == bytes.size()) return {};
    skip_lf_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line();
  }
  return {};
}

std::optional<SseEvent> SseReader::next() {
  if (ready_.empty()) return std::nullopt;
  SseEvent event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

void SseReader::end_line() {
  std::string_view line = line_;
  if (first_line_ && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  first_line_ = false;
  if (line.empty()) {
    end_event();
  } else if (line[0] != ':') {
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void SseReader::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) current_.data += '\n';
    current_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    current_.event = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    current_.id = value;
  }
}

void SseReader::end_event() {
  event_bytes_ = 0;
  if (has_data_) ready_.push_back(current_);
  // The id is that of the last event that named one; the rest starts afresh.
  current_.event.clear();
  current_.data.clear();
  has_data_ = false;
}

void append_sse_event(std::string& out, std::string_view event, std::string_view data) {
  LR_CHECK(event.find_first_of("\r\n") == std::string_view::npos);
  if (!event.empty()) out.append("event: ").append(event).append("\n");
  append_data_lines(out, data);
  out += '\n';
}

}  // namespace lr::text
