// SMTP replies (RFC 5321 section 4.2), enhanced status codes (RFC 2034, RFC 3463) and what a server
// says it can do (section 4.1.1.1), without I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

inline constexpr std::size_t kSmtpReplyLineBytes = 2048;  ///< Section 4.5.3.1.5 asks for 512.
inline constexpr std::size_t kSmtpReplyLines = 128;

struct SmtpReply {
  int code = 0;                      ///< 200 to 599.
  std::string enhanced{};            ///< "5.7.1", "" when there is none.
  std::vector<std::string> lines{};  ///< Texts without code; control bytes are '?'.
  bool bare_line_feed = false;       ///< A line ended without CR.
  std::size_t longest_line = 0;      ///< In bytes, with code, without its end.

  bool positive() const { return code >= 200 && code < 300; }
  bool intermediate() const { return code >= 300 && code < 400; }
  bool transient() const { return code >= 400 && code < 500; }
  bool permanent() const { return code >= 500; }
  /// "550 5.1.1 no such user"; the lines of a longer one are joined by " / ".
  std::string str() const;
};

/// Reads one reply from the start of `bytes`. Returns how many bytes it took, 0 when more are
/// needed. Errors: kBadGateway for what is no reply; kPayloadTooLarge above the limits.
Result<std::size_t> parse_smtp_reply(std::string_view bytes, SmtpReply& reply);

/// From the answer to EHLO.
struct SmtpCapabilities {
  bool extended = false;  ///< False: the server knows HELO only.
  std::string name{};     ///< What the server calls itself: the first word.
  bool starttls = false;
  bool pipelining = false;
  bool eight_bit = false;                 ///< 8BITMIME (RFC 6152)
  std::optional<std::size_t> size{};      ///< SIZE (RFC 1870); 0: no fixed limit.
  std::vector<std::string> mechanisms{};  ///< AUTH (RFC 4954), upper case.
  std::vector<std::string> keywords{};    ///< All of them, upper case.
  bool has_mechanism(std::string_view mechanism) const;
};

SmtpCapabilities parse_capabilities(const SmtpReply& reply);

}  // namespace lr::domain
