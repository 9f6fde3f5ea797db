// Heads and chunked bodies: any bytes, whole and in pieces.
#include <cstdint>
#include <string>

#include "fuzz/reach.h"
#include "text/http1.h"

namespace lr::text {
namespace {

using fuzz::require;

enum class State { kAccepted, kRefused, kNeedsMore, kLength, kChunkedDone, kChunkedBad, kResponse };
fuzz::Reach<7> reach({"heads accepted", "heads refused", "heads incomplete", "bodies with a length",
                      "chunked bodies to the end", "chunked bodies refused", "response heads"});

bool inside(std::string_view bytes, std::string_view part) {
  return part.empty() ||
         (part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size());
}

/// 0 for more, -1 for accepted, else the HTTP status of the refusal.
int decide(std::string_view bytes) {
  RequestHead head;
  const auto taken = parse_request_head(bytes, head);
  if (!taken) return http_status(taken.error().code());
  return *taken == 0 ? 0 : -1;
}

/// A prefix either asks for more or decides what the whole decides.
void check_prefixes(std::string_view bytes, int whole, std::size_t taken) {
  const std::size_t ends[] = {bytes.size() / 2, bytes.size() / 3, taken == 0 ? 0 : taken - 1};
  for (std::size_t end : ends) {
    const int early = decide(bytes.substr(0, end));
    require(early == 0 || early == whole, "a prefix decides like the whole");
    require(taken == 0 || end >= taken || early == 0, "nothing is accepted before its end");
  }
}

/// What we write of a head reads back as the same head.
void check_rewrite(const RequestHead& head) {
  std::string wire;
  append_request_line(wire, head.method, head.target);
  for (const Field& field : head.fields) append_field(wire, field.name, field.value);
  wire += "\r\n";
  RequestHead again;
  const auto taken = parse_request_head(wire, again, HeadLimits{.head_bytes = 2 * wire.size()});
  if (head.minor_version == 0 && !taken) return;  // 1.1 demands what 1.0 does not.
  require(taken.has_value() && *taken == wire.size(), "a written head is accepted");
  require(again.target == head.target && again.method == head.method, "the request line stays");
  require(again.framing.kind == head.framing.kind && again.framing.length == head.framing.length,
          "the framing stays");
  require(again.fields.size() == head.fields.size(), "the fields stay");
}

struct Decoded {
  bool refused = false;
  bool done = false;
  std::string body;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

Decoded decode(std::string_view bytes, std::size_t step) {
  ChunkedDecoder decoder;
  Decoded out;
  std::size_t start = 0;
  for (std::size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    while (!decoder.done()) {
      std::string_view data;
      const auto taken = decoder.feed(bytes.substr(start, end - start), data);
      if (!taken) return {.refused = true, .done = false, .body = {}};
      require(inside(bytes, data), "data is part of the input");
      out.body += data;
      start += *taken;
      if (*taken == 0) break;
    }
    if (decoder.done() || end == bytes.size()) break;
  }
  out.done = decoder.done();
  return out;
}

void check_body(const RequestHead& head, std::string_view rest) {
  if (head.framing.kind == BodyFraming::Kind::kLength) reach.mark(State::kLength);
  if (head.framing.kind != BodyFraming::Kind::kChunked) return;
  const Decoded whole = decode(rest, rest.size() + 1);
  require(whole == decode(rest, 1), "splitting changes nothing");
  require(whole == decode(rest, 7), "splitting changes nothing");
  if (whole.done) reach.mark(State::kChunkedDone);
  if (whole.refused) reach.mark(State::kChunkedBad);
}

void run(std::string_view bytes) {
  reach.run();
  RequestHead head;
  const auto taken = parse_request_head(bytes, head);
  check_prefixes(bytes, decide(bytes), taken.value_or(0));
  ResponseHead response;
  const auto answered = parse_response_head(bytes, "GET", response);
  if (answered && *answered != 0) reach.mark(State::kResponse);
  if (!taken) return reach.mark(State::kRefused);
  if (*taken == 0) return reach.mark(State::kNeedsMore);
  reach.mark(State::kAccepted);
  require(inside(bytes, head.method) && inside(bytes, head.target) && inside(bytes, head.host),
          "views are part of the input");
  for (const Field& field : head.fields) {
    require(is_token(field.name) && is_field_value(field.value), "fields are well-formed");
  }
  check_rewrite(head);
  check_body(head, bytes.substr(*taken));
}

}  // namespace
}  // namespace lr::text

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::text::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
