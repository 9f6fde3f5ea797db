// Verdicts of the area `mail_path` about a message that has arrived.
#pragma once

#include "domain/inspection.h"
#include "domain/smtp/mail_path.h"

namespace lr::domain {

inline constexpr milliseconds kSlowMail{20'000};

/// False: the message was not accepted, and there is a word about every check.
bool judge_submission(Inspection& inspection, const MailPathProof& proof);
/// False: it did not arrive, and there is a word about every check.
bool judge_arriving(Inspection& inspection, const MailPathProof& proof);

/// Says something of every check that is about the message itself. Without a public suffix list
/// (`registrable` empty) the editions of DMARC are not compared.
void judge_message(Inspection& inspection, const MailPathProof& proof,
                   const RegistrableDomain& registrable);

/// RFC 8058: what is wrong with the one-click fields, "" when nothing is. Precondition: there is a
/// List-Unsubscribe field. `verdicts`: the signatures, which have to cover both fields.
std::string one_click_problem(const Message& message, const std::vector<DkimVerdict>& verdicts);

}  // namespace lr::domain
