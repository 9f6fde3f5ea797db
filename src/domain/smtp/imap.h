// As much of an IMAP client (RFC 9051, RFC 3501) as is needed to find one message: LOGIN over TLS,
// EXAMINE, SEARCH, FETCH. Reads only: nothing in the mailbox is changed, no message becomes "seen".
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "domain/smtp/line_stream.h"
#include "domain/smtp/transcript.h"

namespace lr::domain {

class ImapSession {
 public:
  static constexpr std::size_t kLineBytes = 8192;
  static constexpr std::size_t kLines = 5000;  ///< Untagged lines before the answer to a command.
  static constexpr std::size_t kMessageBytes = 4u << 20;

  ImapSession(std::unique_ptr<net::Stream> stream, Deadline deadline)
      : lines_(std::move(stream)), deadline_(deadline) {}

  /// The greeting. Errors: kBadGateway for what is no IMAP.
  net::Task<> greeting();
  /// Errors: kPermissionDenied without TLS, where no password is sent; kUnauthenticated when the
  /// server refuses.
  net::Task<> login(std::string user, const Secret& password);
  /// The newest message of INBOX whose header field has that value; nullopt when there is none yet.
  net::Task<std::optional<std::string>> find(std::string field, std::string value);
  net::Task<> logout();

 private:
  struct Answer {
    std::string status{};   ///< "OK", "NO", "BAD" and the text.
    std::string lines{};    ///< Untagged lines, each with a line feed.
    std::string literal{};  ///< The last one.
  };
  net::Task<Answer> command(std::string line);
  net::Task<Answer> read_answer(std::string tag);

  LineStream lines_;
  Deadline deadline_;
  int count_ = 0;
};

/// "a\"b" (RFC 9051 section 4.3); the caller has made sure that there is no CR, LF or NUL.
std::string imap_quoted(std::string_view text);

}  // namespace lr::domain
