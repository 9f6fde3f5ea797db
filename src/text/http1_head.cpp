#include <algorithm>
#include <charconv>

#include "text/ascii.h"
#include "text/http1.h"
#include "text/http1_lines.h"
#include "text/ip.h"

namespace lr::text {
namespace {

constexpr CharTable make_target_table() {
  CharTable table{};
  for (unsigned c = 0x21; c < 0x7f; ++c) table[c] = c == '#' ? 0 : 1;
  return table;
}
constexpr CharTable kTargetChars = make_target_table();
// RFC 3986 reg-name without percent-encoding and sub-delims, which no real host has.
constexpr CharTable kHostChars = make_char_table("-._", true);

std::unexpected<Error> refuse_request(const HeadFault& fault) {
  return fail(fault.code, std::string("request head: ") + fault.why, Origin::kClient);
}

std::unexpected<Error> refuse_response(const char* why) {
  return fail(Code::kBadGateway, std::string("response head: ") + why, Origin::kUpstream);
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, is_digit)) return false;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port > 0 && port <= 65535;
}

/// RFC 9110 section 7.2: uri-host [":" port], of which only names and addresses are let through.
bool is_host_value(std::string_view host) {
  std::size_t end = 0;
  if (host.starts_with('[')) {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    if (host.substr(1, close - 1).find(':') == std::string_view::npos) return false;
    if (!parse_ip(host.substr(1, close - 1))) return false;
    end = close + 1;
  } else {
    while (end < host.size() && in_table(kHostChars, host[end])) ++end;
    if (end == 0) return false;
  }
  if (end == host.size()) return true;
  return host[end] == ':' && is_port(host.substr(end + 1));
}

/// Null when `target` is the origin form, or "*" for OPTIONS.
const char* check_target(std::string_view method, std::string_view target) {
  if (target == "*") return method == "OPTIONS" ? nullptr : "the target * without OPTIONS";
  if (!target.starts_with('/')) return "a target that is not in origin form";
  if (method == "CONNECT") return "CONNECT is not served";
  for (char c : target) {
    if (!in_table(kTargetChars, c)) return "a character that has no place in a request target";
  }
  return nullptr;
}

HeadFault bad_request(const char* why) { return {Code::kInvalidArgument, why}; }

/// Reads "GET /x HTTP/1.1". True when well-formed.
bool parse_request_line(std::string_view line, RequestHead& head, HeadFault& fault) {
  std::size_t end = 0;
  while (end < line.size() && in_table(kTokenChars, line[end])) ++end;
  const std::size_t last = line.rfind(' ');
  if (end == 0 || end == line.size() || line[end] != ' ' || last == end) {
    fault = bad_request("the request line is not METHOD SP TARGET SP VERSION");
    return false;
  }
  head.method = line.substr(0, end);
  head.target = line.substr(end + 1, last - end - 1);
  head.minor_version = parse_version(line.substr(last + 1));
  if (head.minor_version < 0) {
    fault = head.minor_version == -1
                ? bad_request("no HTTP version at the end of the request line")
                : HeadFault{Code::kVersionNotSupported, "only HTTP/1.0 and HTTP/1.1 are served"};
    return false;
  }
  const char* why = check_target(head.method, head.target);
  if (why != nullptr) fault = bad_request(why);
  return why == nullptr;
}

/// A coding we lack before a final "chunked" is 501; anything else leaves the end of the message
/// unknown, which is 400 (RFC 9112 sections 6.1 and 6.3).
Code coding_code(const FramingFields& framing) {
  const std::size_t comma = framing.coding.rfind(',');
  const bool only_coding = framing.codings == 1 && framing.lengths == 0;
  const bool last_is_chunked =
      comma != std::string_view::npos &&
      equals_ignoring_case(trim_ows(framing.coding.substr(comma + 1)), "chunked");
  return only_coding && last_is_chunked ? Code::kUnimplemented : Code::kInvalidArgument;
}

/// Everything that can only be judged when all fields are known. True when the head is sound.
bool judge_request(const FramingFields& framing, RequestHead& head, HeadFault& fault) {
  const bool host_count = framing.hosts == 1 || (framing.hosts == 0 && head.minor_version == 0);
  if (!host_count) {
    fault = bad_request(framing.hosts == 0 ? "no Host field" : "Host more than once");
    return false;
  }
  if (framing.hosts == 1 && !is_host_value(framing.host)) {
    fault = bad_request("a malformed Host field");
    return false;
  }
  const char* why = decide_framing(framing, head.minor_version, head.framing);
  if (why != nullptr) {
    fault = {coding_code(framing), why};
    return false;
  }
  head.host = framing.host;
  head.keep_alive = decide_keep_alive(framing, head.minor_version);
  // HTTP/1.0 clients cannot wait for an interim answer (RFC 9110 section 10.1.1).
  const bool expects = !framing.expect.empty() && head.minor_version == 1;
  head.expect_continue = expects && equals_ignoring_case(framing.expect, "100-continue");
  if (!expects || head.expect_continue) return true;
  fault = {Code::kExpectationFailed, "an expectation other than 100-continue"};
  return false;
}

/// Reads "HTTP/1.1 200 OK". A missing space before an empty reason is common and harmless. Null
/// when well-formed.
const char* parse_status_line(std::string_view line, ResponseHead& head) {
  head.minor_version = parse_version(line.substr(0, 8));
  if (head.minor_version < 0) return "no HTTP/1 version";
  const bool digits = line.size() >= 12 && line[8] == ' ' && line[9] >= '1' && line[9] <= '5' &&
                      is_digit(line[10]) && is_digit(line[11]);
  if (!digits || (line.size() > 12 && line[12] != ' ')) return "no status code";
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  head.reason = line.substr(std::min<std::size_t>(13, line.size()));
  return is_field_value(head.reason) ? nullptr : "a control character in the reason phrase";
}

/// Null when sound.
const char* judge_response(const FramingFields& framing, std::string_view request_method,
                           ResponseHead& head) {
  const char* why = decide_framing(framing, head.minor_version, head.framing);
  if (why != nullptr) return why;
  head.keep_alive = decide_keep_alive(framing, head.minor_version);
  const bool interim_or_empty = head.status < 200 || head.status == 204;
  if (interim_or_empty && (framing.codings != 0 || head.framing.length != 0)) {
    return "a body where the status allows none";
  }
  const bool tunnel = request_method == "CONNECT" && head.status >= 200 && head.status < 300;
  if (interim_or_empty || head.status == 304 || request_method == "HEAD" || tunnel) {
    head.framing = {};
  } else if (head.framing.kind == BodyFraming::Kind::kNone) {
    head.framing.kind = BodyFraming::Kind::kUntilClose;
    head.keep_alive = false;
  }
  return nullptr;
}

}  // namespace

Result<std::size_t> parse_request_head(std::string_view bytes, RequestHead& head,
                                       const HeadLimits& limits) {
  head.fields.clear();
  if (!bytes.empty() && !in_table(kTokenChars, bytes[0])) {
    return refuse_request(bad_request("it does not begin with a method"));
  }
  HeadCursor cursor{bytes, 0, limits};
  const HeadLine line = read_line(bytes, cursor.room(limits.line_bytes));
  if (line.state == LineState::kNeedMore) return 0;
  if (line.state == LineState::kTooLong) {
    return refuse_request({Code::kUriTooLong, "the request line is too long"});
  }
  if (line.state == LineState::kBareLf) {
    return refuse_request(bad_request("a line that ends in LF without CR"));
  }
  HeadFault fault{};
  if (!parse_request_line(line.text, head, fault)) return refuse_request(fault);
  cursor.position = line.taken;
  FramingFields framing;
  const HeadProgress progress = read_fields(cursor, head.fields, framing, fault);
  if (progress == HeadProgress::kNeedMore) return 0;
  if (progress == HeadProgress::kRefused) return refuse_request(fault);
  if (!judge_request(framing, head, fault)) return refuse_request(fault);
  return cursor.position;
}

Result<std::size_t> parse_response_head(std::string_view bytes, std::string_view request_method,
                                        ResponseHead& head, const HeadLimits& limits) {
  head.fields.clear();
  HeadCursor cursor{bytes, 0, limits};
  const HeadLine line = read_line(bytes, cursor.room(limits.line_bytes));
  if (line.state == LineState::kNeedMore) return 0;
  if (line.state == LineState::kTooLong) return refuse_response("the status line is too long");
  if (line.state == LineState::kBareLf) return refuse_response("a line that ends in LF without CR");
  const char* why = parse_status_line(line.text, head);
  if (why != nullptr) return refuse_response(why);
  cursor.position = line.taken;
  FramingFields framing;
  HeadFault fault{};
  const HeadProgress progress = read_fields(cursor, head.fields, framing, fault);
  if (progress == HeadProgress::kNeedMore) return 0;
  if (progress == HeadProgress::kRefused) return refuse_response(fault.why);
  why = judge_response(framing, request_method, head);
  if (why != nullptr) return refuse_response(why);
  return cursor.position;
}

}  // namespace lr::text
