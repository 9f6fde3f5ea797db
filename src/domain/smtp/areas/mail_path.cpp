// The mail path, proved: a tagged message is handed in and judged where it arrives.
#include "domain/smtp/mail_path.h"

#include "domain/inspection.h"
#include "domain/mail/public_suffix.h"
#include "domain/smtp/arrival_judge.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "mail_path.submission",
     .control = Control::kMail,
     .title = "The mail server of the product refuses its mail",
     .why = "Codes, receipts and invitations do not reach your users.",
     .fix = "Check the user, the password and the sender address with your mail provider.",
     .worst = Severity::kHigh,
     .reference = "RFC 6409"},
    {.id = "mail_path.submission_tls",
     .control = Control::kMail,
     .title = "The product hands its mail to a server that TLS does not prove",
     .why = "Whoever sits on the way reads the password and all mail of the product.",
     .fix = "Use the server's proper name, STARTTLS or port 465, and a valid certificate.",
     .worst = Severity::kHigh,
     .reference = "RFC 8314 section 3"},
    {.id = "mail_path.arrives",
     .control = Control::kMail,
     .title = "A message that was accepted did not arrive in time",
     .why = "Users wait for their codes and give up.",
     .fix = "Look for it in the provider's log and in the spam folder of the mailbox.",
     .worst = Severity::kHigh,
     .reference = "RFC 5321 section 4.5.4"},
    {.id = "mail_path.slow",
     .control = Control::kMail,
     .title = "Mail of the product is slow",
     .why = "Users who wait for a code for more than 20 seconds ask for another one or leave.",
     .fix = "Ask the provider for a faster queue for transactional mail.",
     .worst = Severity::kLow,
     .reference = "RFC 5321 section 4.5.4"},
    {.id = "mail_path.spf",
     .control = Control::kMail,
     .title = "SPF does not pass for mail of the product",
     .why = "Receivers take such mail for forged and put it into the spam folder.",
     .fix = "Let the sending server's address pass the SPF record of the envelope's domain.",
     .worst = Severity::kHigh,
     .reference = "RFC 7208"},
    {.id = "mail_path.dkim_missing",
     .control = Control::kMail,
     .title = "Mail of the product has no DKIM signature",
     .why = "Forwarded mail cannot prove where it is from, and large receivers refuse it.",
     .fix = "Switch DKIM signing on at the mail provider and publish its keys.",
     .worst = Severity::kHigh,
     .reference = "RFC 6376"},
    {.id = "mail_path.dkim_invalid",
     .control = Control::kMail,
     .title = "No DKIM signature of the product's mail is valid",
     .why = "Receivers treat it as mail without a signature, or as forged.",
     .fix = "Publish the key that is in use, and sign at the last server that changes the mail.",
     .worst = Severity::kHigh,
     .reference = "RFC 6376 section 6"},
    {.id = "mail_path.dkim_weak",
     .control = Control::kMail,
     .title = "The DKIM signature protects less than it seems",
     .why = "A short key can be broken, a testing key is ignored, a partial body can be extended.",
     .fix = "Use a key of 2048 bits, without t=y, and sign the whole body.",
     .worst = Severity::kMedium,
     .reference = "RFC 8301 section 3.2, RFC 6376 section 8.2"},
    {.id = "mail_path.dmarc",
     .control = Control::kMail,
     .title = "Mail of the product fails DMARC",
     .why = "With an enforced policy receivers throw it away.",
     .fix = "Sign with d= of the From domain, or use its domain for the envelope and SPF.",
     .worst = Severity::kHigh,
     .reference = "RFC 9989 section 5"},
    {.id = "mail_path.dmarc_editions",
     .control = Control::kMail,
     .title = "Old and new DMARC judge the product's mail differently",
     .why = "Receivers change over at different times, so that mail passes here and fails there.",
     .fix = "Publish a DMARC record at the From domain itself, and sign with exactly this domain.",
     .worst = Severity::kLow,
     .reference = "RFC 9989, RFC 7489"},
    {.id = "mail_path.dkim_alignment",
     .control = Control::kMail,
     .title = "No valid signature is of the From domain",
     .why = "DMARC then hangs on SPF alone, which breaks whenever mail is forwarded.",
     .fix = "Let the provider sign with your own domain (d=).",
     .worst = Severity::kMedium,
     .reference = "RFC 9989 section 4.4"},
    {.id = "mail_path.spf_alignment",
     .control = Control::kMail,
     .title = "The envelope's domain is not the From domain",
     .why = "DMARC then hangs on DKIM alone; one lost key and all mail fails.",
     .fix = "Set up a return path below your own domain at the provider.",
     .worst = Severity::kInfo,
     .reference = "RFC 9989 section 4.4"},
    {.id = "mail_path.hop_tls",
     .control = Control::kMail,
     .title = "Mail of the product crosses the Internet in the clear",
     .why = "Everybody on the way reads codes and links; large receivers ask for TLS.",
     .fix = "Let the sending server use TLS whenever the receiver offers it.",
     .worst = Severity::kMedium,
     .reference = "RFC 3207"},
    {.id = "mail_path.hop_tls_version",
     .control = Control::kMail,
     .title = "Mail of the product is sent with an outdated version of TLS",
     .why = "TLS 1.0 and 1.1 have known weaknesses, and receivers switch them off.",
     .fix = "Update the sending server to TLS 1.2 or 1.3.",
     .worst = Severity::kLow,
     .reference = "RFC 8996"},
    {.id = "mail_path.one_click",
     .control = Control::kMail,
     .title = "One-click unsubscribing does not work",
     .why = "Large receivers refuse bulk mail without it, and users press \"spam\" instead.",
     .fix = "Set List-Unsubscribe with an https address and List-Unsubscribe-Post, both signed.",
     .worst = Severity::kMedium,
     .reference = "RFC 8058"},
    {.id = "mail_path.header",
     .control = Control::kMail,
     .title = "Fields that every message needs are missing or doubled",
     .why = "Receivers count such mail as spam or refuse it.",
     .fix = "Send exactly one From, Date and Message-ID field.",
     .worst = Severity::kMedium,
     .reference = "RFC 5322 section 3.6"},
    {.id = "mail_path.from_changed",
     .control = Control::kMail,
     .title = "The From address is changed on the way",
     .why = "Users see an address that is not yours, and DMARC is judged for another domain.",
     .fix = "Verify the sender address at the provider so that it is kept.",
     .worst = Severity::kMedium,
     .reference = "RFC 5322 section 3.6.2"},
    {.id = "mail_path.body_changed",
     .control = Control::kMail,
     .title = "The text of the message is changed on the way",
     .why = "What is added or rewritten behind the signature makes it invalid.",
     .fix = "Switch footers and link tracking off for transactional mail.",
     .worst = Severity::kInfo,
     .reference = "RFC 6376 section 5.3"},
    {.id = "mail_path.internal_names",
     .control = Control::kMail,
     .title = "The message shows addresses of the internal network",
     .why = "Attackers learn how the product's network is built.",
     .fix = "Let the sending server remove Received fields of internal hops.",
     .worst = Severity::kInfo,
     .reference = "CWE-200: exposure of sensitive information"},
};

void inspect(Inspection& inspection) {
  const MailPromise& promise = inspection.subject().mail;
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  if (!promise.sends) return inspection.rest_not_applicable("the domain sends no mail");
  if (!promise.submission || !promise.mailbox) {
    return inspection.rest_not_applicable(
        "the contract names no submission server and mailbox to prove it with");
  }
  SystemRng rng;
  const MailPathOptions options;
  const MailPathProof proof = prove_mail_path(promise, inspection.network(), rng, options);
  inspection.count_requests(proof.submissions + 1);  // And the mailbox.
  if (!judge_submission(inspection, proof) || !judge_arriving(inspection, proof)) return;
  const auto suffixes = PublicSuffixList::load(std::string(kPublicSuffixFile));
  RegistrableDomain registrable;
  if (suffixes) registrable = [&](std::string_view name) { return suffixes->registrable(name); };
  judge_message(inspection, proof, registrable);
  inspection.rest_unproved(promise.mailbox->address, "the message cannot be read");
}

}  // namespace

extern constinit const Area area_mail_path;
constinit const Area area_mail_path{.name = "mail_path", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
