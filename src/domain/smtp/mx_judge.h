// Verdicts of the area `smtp` from what a mail server said.
#pragma once

#include <optional>
#include <string>

#include "domain/inspection.h"
#include "domain/mail/mta_sts.h"
#include "domain/smtp/mx_probe.h"

namespace lr::domain {

/// "mx.acme.example [192.0.2.1]:25"
std::string place_of(const MxFacts& facts);

/// What senders have been told about TLS of this domain's mail.
struct TlsDemand {
  std::optional<MtaStsPolicy> policy{};
  std::string why_unknown{};  ///< There is a record, but its policy could not be had.
  bool enforced() const { return policy && policy->mode == MtaStsMode::kEnforce; }
};

/// All checks that are about the conversation before and under TLS.
void judge_connection(Inspection& inspection, const MxFacts& facts);
void judge_tls(Inspection& inspection, const MxFacts& facts, const TlsDemand& demand);
/// Relaying, VRFY, EXPN and postmaster.
void judge_mailboxes(Inspection& inspection, const MxFacts& facts);
/// PTR and back.
void judge_reverse(Inspection& inspection, const MxFacts& facts);

}  // namespace lr::domain
