// An SMTP client (RFC 5321) with STARTTLS (RFC 3207) and AUTH (RFC 4954). Replies are values, also
// refusals; errors are for what is no SMTP, for silence and for lost connections.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "domain/smtp/line_stream.h"
#include "domain/smtp/reply.h"
#include "domain/smtp/transcript.h"

namespace lr::domain {

struct SmtpPatience {
  Deadline deadline = Deadline::never();  ///< Of everything.
  milliseconds greeting{10'000};          ///< Some servers wait some seconds, against spammers.
  milliseconds reply{10'000};
  milliseconds acceptance{30'000};  ///< Behind the end of a message.
};

struct SmtpEnvelope {
  std::string mail_from{};  ///< "" is the null sender.
  std::string recipient{};
};

class SmtpSession {
 public:
  SmtpSession(std::unique_ptr<net::Stream> stream, SmtpPatience patience)
      : lines_(std::move(stream)), patience_(patience) {}

  net::Task<SmtpReply> greeting();
  /// Sends one line and reads the reply. Errors: kInvalidArgument for a line with CR, LF or NUL in
  /// it, so that no argument becomes a second command.
  net::Task<SmtpReply> command(std::string line);
  /// Bytes as they are, for probes.
  net::Task<> send_raw(std::string bytes);
  net::Task<SmtpReply> read_reply(milliseconds patience);
  /// EHLO, and HELO when that is unknown. The reply is that of the last one.
  net::Task<SmtpReply> hello(std::string name);
  /// Of the last hello(); forgotten by start_tls().
  const SmtpCapabilities& capabilities() const { return capabilities_; }

  /// STARTTLS and the handshake. Errors: kBadGateway when the server refuses or sends bytes behind
  /// its 220; what upgrade_client() says.
  net::Task<net::TlsSession> start_tls(std::shared_ptr<net::TlsClientContext> context,
                                       net::TlsUpgrade options);
  /// TLS from the first byte (RFC 8314).
  net::Task<net::TlsSession> implicit_tls(std::shared_ptr<net::TlsClientContext> context,
                                          net::TlsUpgrade options);
  /// STARTTLS without a handshake: the stream on which the server now waits for a ClientHello.
  /// Errors: kUnimplemented when the last hello() was not answered with an offer; as start_tls().
  net::Task<std::unique_ptr<net::Stream>> leave_for_tls();
  /// PLAIN (RFC 4616), else LOGIN. Errors: kPermissionDenied without TLS: the password is not sent;
  /// kUnimplemented when the server offers neither. The caller keeps `password`.
  net::Task<SmtpReply> authenticate(std::string user, const Secret& password);
  /// MAIL, RCPT, DATA and the message. The reply that ended it: the final one, or the first that
  /// refused.
  net::Task<SmtpReply> deliver(SmtpEnvelope envelope, std::string_view message);
  /// Politely; never fails.
  net::Task<> quit();

  bool secure() const { return lines_.is_open() && lines_.stream().secure(); }
  bool is_open() const { return lines_.is_open(); }
  /// Bytes that came behind the last reply.
  std::string_view unread() const { return lines_.buffered(); }
  net::Stream& stream() { return lines_.stream(); }
  Transcript& transcript() { return transcript_; }

 private:
  void expires_in(milliseconds patience);
  /// `shown` is what the transcript has instead of a secret.
  net::Task<SmtpReply> exchange(std::string line, std::string_view shown);
  net::Task<> agree_on_tls();
  net::Task<SmtpReply> authenticate_login(std::string user, const Secret& password);

  LineStream lines_;
  SmtpPatience patience_;
  SmtpCapabilities capabilities_;
  Transcript transcript_;
};

/// The message as DATA sends it (RFC 5321 section 4.5.2): every line ends in CRLF, a line that
/// begins with a dot has one more, and a line with a dot ends it.
std::string dot_stuffed(std::string_view message);

}  // namespace lr::domain
