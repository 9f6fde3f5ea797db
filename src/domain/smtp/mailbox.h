// Where the proof's message is awaited.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "domain/network.h"
#include "domain/smtp/sink.h"
#include "domain/subject.h"

namespace lr::domain {

struct MailboxQuestion {
  std::string field{};  ///< "X-Launch-Ready-Proof"
  std::string value{};
};
struct MailboxWait {
  Deadline deadline = Deadline::never();
  milliseconds poll{500};
};

inline constexpr std::size_t kMaildirFiles = 20'000;  ///< Looked at in one turn.
inline constexpr std::size_t kMaildirBytes = 4u << 20;

/// Looks into a maildir or over IMAP until the message is there; nullopt at the deadline. Errors:
/// kUnavailable and others when the mailbox could not be looked into at all.
Result<std::optional<std::string>> wait_in_mailbox(const Mailbox& mailbox, const Network& network,
                                                   const MailboxQuestion& question,
                                                   const MailboxWait& wait);

/// One look into the folders new and cur.
Result<std::optional<std::string>> find_in_maildir(const std::string& folder,
                                                   const MailboxQuestion& question);

/// For Mailbox::Kind::kSink: listens at mailbox.path ("127.0.0.1:2525", "[::1]:2525").
Result<std::unique_ptr<SmtpSink>> start_sink(const Mailbox& mailbox, const std::string& tag);

}  // namespace lr::domain
