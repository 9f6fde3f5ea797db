// The proof of the mail path: a tagged message is handed in where the product hands in its mail,
// and what arrives in the mailbox is judged as a receiver would.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "domain/mail/dkim.h"
#include "domain/mail/dmarc.h"
#include "domain/mail/spf.h"
#include "domain/network.h"
#include "domain/smtp/received.h"
#include "domain/smtp/session.h"
#include "domain/smtp/sink.h"
#include "domain/subject.h"

namespace lr::domain {

inline constexpr std::string_view kTagField = "X-Launch-Ready-Proof";

struct MailPathOptions {
  milliseconds patience{60'000};  ///< From the acceptance to the arrival.
  milliseconds poll{500};         ///< Between looks into a mailbox.
  milliseconds pause{2'000};      ///< Before a server that says "later" is asked again, once.
};

/// What happened, as far as it came.
struct MailPathProof {
  std::string tag{};                     ///< Value of the tag field: unique.
  std::string message{};                 ///< As handed in.
  std::string transcript{};              ///< Of the submission; no password in it.
  std::optional<std::string> trouble{};  ///< The submission could not be asked or went silent.
  std::size_t submissions = 0;           ///< How often the server was asked to take it.
  SmtpReply refusal{};                   ///< The submission said no; code 0: it did not.
  std::optional<net::TlsSession> submission_tls{};
  std::optional<std::string> tls_trouble{};  ///< No TLS, or no certificate that proves the server.
  bool accepted = false;
  MonoTime accepted_at{};
  std::optional<std::string> mailbox_trouble{};  ///< The mailbox could not be looked into.
  std::optional<ReceivedMail> arrived{};         ///< `tls` and `client` as far as they are known.
  bool client_known = false;
  bool hop_known = false;         ///< Whether the last hop had TLS is known.
  milliseconds took{0};           ///< Waited, from the acceptance on.
  bool cut_short = false;         ///< The run's own deadline came before the patience was over.
  std::string refused_by_sink{};  ///< What else the sink was asked for, in words.
};

/// Sends and waits. Blocks; preconditions: submission and mailbox are set.
MailPathProof prove_mail_path(const MailPromise& promise, const Network& network, Rng& rng,
                              const MailPathOptions& options);

/// What a receiver makes of it.
struct ArrivalVerdict {
  std::string from_domain{};
  std::optional<SpfAnswer> spf{};  ///< Empty when the client's address is not known.
  std::vector<DkimVerdict> dkim{};
  DmarcVerdict dmarc{};       ///< By RFC 9989.
  DmarcVerdict dmarc_7489{};  ///< By RFC 7489; same as above without a public suffix list.
};
/// Errors: kInvalidArgument for a message that cannot be read.
Result<ArrivalVerdict> judge_arrival(Resolver& resolver, const MailPathProof& proof,
                                     const RegistrableDomain& registrable, std::int64_t now);

/// The domain of the one address in a From field; "" when there is none.
std::string domain_of_address(std::string_view value);

}  // namespace lr::domain
