// A small SMTP server for the proof of the mail path: takes the one tagged message that is
// expected for one recipient, and keeps what it learned from the connection. Nothing else is taken,
// nothing is ever sent on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "net/stream.h"

namespace lr::domain {

struct SinkSettings {
  net::Endpoint listen{};
  std::string name{};       ///< In the greeting and the self-signed certificate.
  std::string recipient{};  ///< The only address that is accepted; its case does not matter.
  std::string tag{};        ///< A message without it in its header is refused; "": any is taken.
};

/// What a sink saw of the message.
struct ReceivedMail {
  std::string bytes{};  ///< As sent, dots unstuffed.
  text::IpAddress client{};
  std::string helo{};
  std::string mail_from{};
  std::string tls{};  ///< "TLSv1.3 TLS_AES_256_GCM_SHA384", "" when it came in the clear.
  WallTime when{};
};

class SmtpSink {
 public:
  static constexpr std::size_t kMessageBytes = 4u << 20;
  static constexpr std::size_t kConnections = 32;  ///< At once.
  static constexpr std::size_t kCommands = 100;    ///< In one connection.
  static constexpr std::size_t kMessages = 16;     ///< Kept; later ones are refused.

  /// Listens and serves on a thread of its own until it is destroyed. Errors: kInvalidArgument for
  /// an address that cannot be listened on.
  static Result<std::unique_ptr<SmtpSink>> start(const SinkSettings& settings);
  ~SmtpSink();
  SmtpSink(const SmtpSink&) = delete;
  SmtpSink& operator=(const SmtpSink&) = delete;

  net::Endpoint local() const;
  /// Blocks until a message has come; nullopt at the deadline. Each is given once.
  std::optional<ReceivedMail> wait(Deadline deadline);
  /// Messages and recipients that were refused so far, in words, the latest last; for reports.
  std::string refusals() const;

 private:
  struct State;
  explicit SmtpSink(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lr::domain
