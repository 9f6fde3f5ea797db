// SMTP replies, EHLO capabilities, Received fields and messages for DATA: any bytes.
#include <algorithm>
#include <cstdint>
#include <string>

#include "domain/smtp/received.h"
#include "domain/smtp/reply.h"
#include "domain/smtp/session.h"
#include "fuzz/reach.h"

namespace lr::domain {
namespace {

using fuzz::require;

enum class State { kRead, kRefused, kMore, kEnhanced, kSeveralLines, kMechanisms, kHop };
fuzz::Reach<7> reach({"replies read", "replies refused", "replies incomplete", "enhanced codes",
                      "replies of several lines", "AUTH mechanisms", "hops with an address"});

bool is_printable(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

/// A prefix either asks for more or decides what the whole decides.
void check_prefixes(std::string_view bytes, std::size_t taken) {
  SmtpReply reply;
  for (std::size_t n = 0; n < std::min<std::size_t>(taken, 300); ++n) {
    const auto part = parse_smtp_reply(bytes.substr(0, n), reply);
    require(part && *part == 0, "a prefix of a reply is incomplete");
  }
}

void check_reply(std::string_view bytes) {
  SmtpReply reply;
  const auto taken = parse_smtp_reply(bytes, reply);
  if (!taken) return reach.mark(State::kRefused);
  if (*taken == 0) return reach.mark(State::kMore);
  reach.mark(State::kRead);
  require(*taken <= bytes.size() && bytes[*taken - 1] == '\n', "ends with a line");
  require(reply.code >= 200 && reply.code < 600, "code");
  require(!reply.lines.empty() && reply.lines.size() <= kSmtpReplyLines, "lines");
  require(is_printable(reply.str()), "no control bytes");
  if (reply.lines.size() > 1) reach.mark(State::kSeveralLines);
  if (!reply.enhanced.empty()) {
    reach.mark(State::kEnhanced);
    require(reply.enhanced[0] - '0' == reply.code / 100, "class of the enhanced code");
  }
  check_prefixes(bytes, *taken);
  if (!parse_capabilities(reply).mechanisms.empty()) reach.mark(State::kMechanisms);
}

/// Nothing in the middle may end the message, and nothing is lost.
void check_dots(std::string_view bytes) {
  const std::string wire = dot_stuffed(bytes);
  require(wire.ends_with(".\r\n"), "ends with a dot");
  const std::string_view body = std::string_view(wire).substr(0, wire.size() - 3);
  require(body.empty() || body.ends_with("\r\n"), "the dot stands alone");
  require(!body.starts_with(".\r\n") && body.find("\r\n.\r\n") == std::string_view::npos,
          "no end in the middle");
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool feed = body[i] == '\n' && (i == 0 || body[i - 1] != '\r');
    const bool lone = body[i] == '\r' && (i + 1 == body.size() || body[i + 1] != '\n');
    require(!feed && !lone, "no bare CR or LF");
  }
}

void run(std::string_view bytes) {
  reach.run();
  check_reply(bytes);
  check_dots(bytes);
  if (parse_received(bytes).address) reach.mark(State::kHop);
}

}  // namespace
}  // namespace lr::domain

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lr::domain::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
