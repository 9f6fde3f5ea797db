#include "domain/smtp/session.h"

#include <fmt/format.h>

#include "crypto/digest.h"

namespace lr::domain {

std::string dot_stuffed(std::string_view message) {
  std::string out;
  out.reserve(message.size() + message.size() / 32 + 8);
  bool at_start = true;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    if (at_start && c == '.') out += '.';
    at_start = false;
    if (c == '\r' || c == '\n') {
      // A lone CR or LF would be a line end to some servers and none to others.
      if (c == '\r' && i + 1 < message.size() && message[i + 1] == '\n') ++i;
      out += "\r\n";
      at_start = true;
    } else {
      out += c;
    }
  }
  if (!at_start) out += "\r\n";
  return out + ".\r\n";
}

void SmtpSession::expires_in(milliseconds patience) {
  if (lines_.is_open()) {
    lines_.stream().expires(Deadline::after(patience).sooner(patience_.deadline));
  }
}

net::Task<SmtpReply> SmtpSession::read_reply(milliseconds patience) {
  expires_in(patience);
  SmtpReply reply;
  while (true) {
    const Result<std::size_t> taken = parse_smtp_reply(lines_.buffered(), reply);
    if (!taken) co_return fail(taken.error().code(), taken.error().detail(), Origin::kUpstream);
    if (*taken != 0) {
      lines_.consume(*taken);
      for (std::size_t i = 0; i < reply.lines.size(); ++i) {
        const char mark = i + 1 == reply.lines.size() ? ' ' : '-';
        transcript_.server(fmt::format("{}{}{}", reply.code, mark, reply.lines[i]));
      }
      co_return reply;
    }
    LR_CO_TRY_VOID(co_await lines_.fill());
  }
}

net::Task<SmtpReply> SmtpSession::greeting() { return read_reply(patience_.greeting); }

net::Task<> SmtpSession::send_raw(std::string bytes) {
  expires_in(patience_.reply);
  co_return co_await lines_.write(std::move(bytes));
}

net::Task<SmtpReply> SmtpSession::exchange(std::string line, std::string_view shown) {
  transcript_.client(shown);
  LR_CO_TRY_VOID(co_await send_raw(std::move(line)));
  co_return co_await read_reply(patience_.reply);
}

net::Task<SmtpReply> SmtpSession::command(std::string line) {
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    co_return fail(Code::kInvalidArgument, "a command of more than one line");
  }
  const std::string shown = line;
  co_return co_await exchange(line + "\r\n", shown);
}

net::Task<SmtpReply> SmtpSession::hello(std::string name) {
  capabilities_ = SmtpCapabilities();
  LR_CO_TRY(const SmtpReply extended, co_await command("EHLO " + name));
  if (extended.positive()) {
    capabilities_ = parse_capabilities(extended);
    co_return extended;
  }
  if (!extended.permanent()) co_return extended;
  LR_CO_TRY(const SmtpReply plain, co_await command("HELO " + name));
  if (plain.positive()) {
    capabilities_ = parse_capabilities(plain);
    capabilities_.extended = false;
  }
  co_return plain;
}

net::Task<> SmtpSession::agree_on_tls() {
  LR_CO_TRY(const SmtpReply reply, co_await command("STARTTLS"));
  if (reply.code != 220) {
    co_return fail(Code::kBadGateway, "STARTTLS was refused: " + reply.str(), Origin::kUpstream);
  }
  co_return Result<>();
}

net::Task<std::unique_ptr<net::Stream>> SmtpSession::leave_for_tls() {
  if (!capabilities_.starttls) {
    co_return fail(Code::kUnimplemented, "STARTTLS is not offered", Origin::kUpstream);
  }
  LR_CO_TRY_VOID(co_await agree_on_tls());
  co_return lines_.release();
}

net::Task<net::TlsSession> SmtpSession::start_tls(std::shared_ptr<net::TlsClientContext> context,
                                                  net::TlsUpgrade options) {
  LR_CO_TRY_VOID(co_await agree_on_tls());
  co_return co_await implicit_tls(std::move(context), std::move(options));
}

net::Task<net::TlsSession> SmtpSession::implicit_tls(std::shared_ptr<net::TlsClientContext> context,
                                                     net::TlsUpgrade options) {
  capabilities_ = SmtpCapabilities();
  const Deadline deadline = Deadline::after(patience_.reply).sooner(patience_.deadline);
  LR_CO_TRY(net::TlsSession session,
            co_await lines_.start_tls_client(std::move(context), std::move(options), deadline));
  transcript_.event(session.version + " " + session.suite);
  co_return std::move(session);
}

net::Task<SmtpReply> SmtpSession::authenticate(std::string user, const Secret& password) {
  if (!secure()) {
    co_return fail(Code::kPermissionDenied,
                   "no password is sent without TLS; use STARTTLS or port 465");
  }
  if (capabilities_.has_mechanism("PLAIN")) {
    const std::string before = std::string(1, '\0') + user + std::string(1, '\0');
    const Secret response(before + std::string(password.expose()));
    co_return co_await exchange("AUTH PLAIN " + crypto::base64_encode(response.expose()) + "\r\n",
                                "AUTH PLAIN (hidden)");
  }
  if (capabilities_.has_mechanism("LOGIN")) {
    co_return co_await authenticate_login(std::move(user), password);
  }
  co_return fail(Code::kUnimplemented, "the server offers neither AUTH PLAIN nor AUTH LOGIN",
                 Origin::kUpstream);
}

net::Task<SmtpReply> SmtpSession::authenticate_login(std::string user, const Secret& password) {
  LR_CO_TRY(const SmtpReply asked, co_await command("AUTH LOGIN"));
  if (!asked.intermediate()) co_return asked;
  LR_CO_TRY(const SmtpReply named,
            co_await exchange(crypto::base64_encode(user) + "\r\n", "(user name, hidden)"));
  if (!named.intermediate()) co_return named;
  co_return co_await exchange(crypto::base64_encode(password.expose()) + "\r\n", "(hidden)");
}

net::Task<SmtpReply> SmtpSession::deliver(SmtpEnvelope envelope, std::string_view message) {
  LR_CO_TRY(const SmtpReply from, co_await command("MAIL FROM:<" + envelope.mail_from + ">"));
  if (!from.positive()) co_return from;
  LR_CO_TRY(const SmtpReply to, co_await command("RCPT TO:<" + envelope.recipient + ">"));
  if (!to.positive()) co_return to;
  LR_CO_TRY(const SmtpReply data, co_await command("DATA"));
  if (!data.intermediate()) co_return data;
  transcript_.event(fmt::format("a message of {} bytes", message.size()));
  LR_CO_TRY_VOID(co_await send_raw(dot_stuffed(message)));
  co_return co_await read_reply(patience_.acceptance);
}

net::Task<> SmtpSession::quit() {
  if (!lines_.is_open()) co_return Result<>();
  Result<SmtpReply> ignored = co_await command("QUIT");
  lines_.stream().close();
  co_return Result<>();
}

}  // namespace lr::domain
