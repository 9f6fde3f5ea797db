// How the mail servers of the domain receive: asked up to RCPT, and no message is ever sent.
#include <algorithm>

#include "domain/inspection.h"
#include "domain/smtp/mx_judge.h"
#include "domain/smtp/mx_probe.h"
#include "domain/smtp/tls_demand.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "smtp.unreachable",
     .control = Control::kMail,
     .title = "A mail server does not take connections",
     .why = "Mail for the domain waits at its senders and is returned after some days.",
     .fix = "Start the server, open port 25 for it, or take it out of the MX records.",
     .worst = Severity::kHigh,
     .reference = "RFC 5321 section 5.1"},
    {.id = "smtp.no_address",
     .control = Control::kMail,
     .title = "A mail server has no address",
     .why = "Senders cannot connect to a server whose address they do not learn.",
     .fix = "Publish an A record for the MX host, or repair the name servers that should answer.",
     .worst = Severity::kMedium,
     .reference = "RFC 5321 section 5.1"},
    {.id = "smtp.greeting",
     .control = Control::kMail,
     .title = "A mail server does not greet as SMTP asks",
     .why = "Senders give up on a server that does not speak SMTP, and mail is lost.",
     .fix = "Let a mail server answer on port 25, with a line that begins with 220.",
     .worst = Severity::kHigh,
     .reference = "RFC 5321 section 4.3.1"},
    {.id = "smtp.banner_size",
     .control = Control::kMail,
     .title = "The greeting of a mail server is too long",
     .why = "Strict senders end the connection when a line is longer than the standard allows.",
     .fix = "Shorten the banner to one line with the name of the host.",
     .worst = Severity::kInfo,
     .reference = "RFC 5321 section 4.5.3.1.5"},
    {.id = "smtp.version",
     .control = Control::kMail,
     .title = "The greeting tells the version of the mail server",
     .why = "Attackers search for versions with known holes.",
     .fix = "Configure a banner without version (Postfix: smtpd_banner = $myhostname ESMTP).",
     .worst = Severity::kInfo,
     .reference = "CWE-200: exposure of sensitive information"},
    {.id = "smtp.ehlo",
     .control = Control::kMail,
     .title = "A mail server does not know EHLO",
     .why = "Without it there is no TLS, and some senders refuse to deliver.",
     .fix = "Replace the server or the filter in front of it by one that speaks ESMTP.",
     .worst = Severity::kMedium,
     .reference = "RFC 5321 section 4.1.1.1"},
    {.id = "smtp.hello_name",
     .control = Control::kMail,
     .title = "A mail server does not call itself by a full host name",
     .why = "When it also sends, receivers take such a name for a sign of spam.",
     .fix = "Set the server's host name (Postfix: myhostname) to its full name in the DNS.",
     .worst = Severity::kLow,
     .reference = "RFC 5321 section 4.1.1.1"},
    {.id = "smtp.auth_in_the_clear",
     .control = Control::kMail,
     .title = "A mail server takes passwords without TLS",
     .why = "Whoever listens on the way reads the passwords of mailboxes.",
     .fix =
         "Offer AUTH only under TLS (Postfix: smtpd_tls_auth_only = yes), best on port 465 only.",
     .worst = Severity::kHigh,
     .reference = "RFC 8314 section 3.3"},
    {.id = "smtp.starttls",
     .control = Control::kMail,
     .title = "A mail server takes mail in the clear only",
     .why = "Everybody on the way between the servers reads and changes the mail of your users.",
     .fix = "Give the server a certificate and switch STARTTLS on.",
     .worst = Severity::kHigh,
     .reference = "RFC 3207"},
    {.id = "smtp.handshake",
     .control = Control::kMail,
     .title = "A mail server offers TLS, but the handshake fails",
     .why = "Senders that try TLS first do not deliver, or fall back to sending in the clear.",
     .fix = "Check the certificate, its key and the protocol versions of the server.",
     .worst = Severity::kHigh,
     .reference = "RFC 3207 section 4"},
    {.id = "smtp.tls_version",
     .control = Control::kMail,
     .title = "A mail server knows only outdated versions of TLS",
     .why = "TLS 1.0 and 1.1 have known weaknesses, and careful senders refuse them.",
     .fix = "Allow TLS 1.2 and 1.3 (Postfix: smtpd_tls_protocols = >=TLSv1.2).",
     .worst = Severity::kMedium,
     .reference = "RFC 8996"},
    {.id = "smtp.tls_suite",
     .control = Control::kMail,
     .title = "A mail server chooses a broken cipher suite",
     .why = "What is encrypted by it can be read with little effort.",
     .fix = "Switch RC4, 3DES, NULL, EXPORT and anonymous suites off.",
     .worst = Severity::kMedium,
     .reference = "RFC 9325 section 4.2"},
    {.id = "smtp.certificate_name",
     .control = Control::kMail,
     .title = "The certificate of a mail server is not for its name",
     .why = "Senders that check certificates, as MTA-STS asks them to, do not deliver.",
     .fix = "Get a certificate for the host name in the MX record.",
     .worst = Severity::kHigh,
     .reference = "RFC 8461 section 4.1"},
    {.id = "smtp.certificate_trust",
     .control = Control::kMail,
     .title = "The certificate of a mail server is not trusted",
     .why = "Senders that check certificates, as MTA-STS asks them to, do not deliver.",
     .fix = "Get a certificate of a public CA, serve its chain, and renew it in time.",
     .worst = Severity::kHigh,
     .reference = "RFC 8461 section 4.2"},
    {.id = "smtp.mta_sts",
     .control = Control::kMail,
     .title = "A mail server does not keep what the MTA-STS policy promises",
     .why = "Senders that know the policy, such as the large mailbox providers, do not deliver.",
     .fix = "Repair the server's TLS, or name it in the policy and change the id of the record.",
     .worst = Severity::kHigh,
     .reference = "RFC 8461 section 5"},
    {.id = "smtp.starttls_injection",
     .control = Control::kMail,
     .title = "A mail server obeys commands that came before TLS",
     .why =
         "An attacker on the way puts commands in front of a sender's mail and gets its content.",
     .fix =
         "Update the mail server: it must throw away what came in the clear before the handshake.",
     .worst = Severity::kHigh,
     .reference = "CVE-2011-0411, RFC 3207 section 4.2"},
    {.id = "smtp.open_relay",
     .control = Control::kMail,
     .title = "The mail server relays for strangers",
     .why = "Spammers send through it, and the server is on block lists within hours.",
     .fix = "Accept only recipients of your own domains (Postfix: reject_unauth_destination).",
     .worst = Severity::kHigh,
     .reference = "RFC 5321 section 7.9"},
    {.id = "smtp.relay_by_routing",
     .control = Control::kMail,
     .title = "The mail server relays for strangers who write the recipient in an old form",
     .why = "Spammers send through it, and the server is on block lists within hours.",
     .fix = "Refuse percent signs and quoted addresses in local parts (Postfix: "
            "allow_untrusted_routing = no).",
     .worst = Severity::kHigh,
     .reference = "RFC 5321 section 7.9, RFC 2505 section 2.1"},
    {.id = "smtp.vrfy",
     .control = Control::kMail,
     .title = "VRFY tells which mailboxes exist",
     .why = "Attackers collect addresses for spam and for guessing passwords.",
     .fix = "Switch it off (Postfix: disable_vrfy_command = yes).",
     .worst = Severity::kLow,
     .reference = "RFC 5321 section 7.3"},
    {.id = "smtp.expn",
     .control = Control::kMail,
     .title = "EXPN tells who is on mailing lists",
     .why = "Attackers collect addresses for spam and for guessing passwords.",
     .fix = "Switch EXPN off.",
     .worst = Severity::kLow,
     .reference = "RFC 5321 section 7.3"},
    {.id = "smtp.postmaster",
     .control = Control::kMail,
     .title = "There is no postmaster mailbox",
     .why = "Other operators cannot tell you that your mail is broken; some block the domain.",
     .fix = "Create the address postmaster and let somebody read it.",
     .worst = Severity::kLow,
     .reference = "RFC 5321 section 4.5.1"},
    {.id = "smtp.reverse",
     .control = Control::kMail,
     .title = "The address of a mail server has no name that leads back to it",
     .why = "When the server also sends, large receivers refuse its mail.",
     .fix = "Ask the owner of the address for a PTR record with the server's name.",
     .worst = Severity::kInfo,
     .reference = "RFC 1912 section 2.1"},
};

/// One server that is down is a nuisance; that all are is an outage.
void judge_unreachable(Inspection& inspection, const MxProbeResult& result) {
  for (const auto& [host, trouble] : result.unresolved) {
    if (trouble.silence) {
      inspection.unproved("no_address", host, trouble.why);
    } else {
      inspection.found(
          "no_address",
          {.about = host, .observed = trouble.why, .reproduce = "dig +short " + host + " A"});
    }
  }
  if (result.unresolved.empty()) inspection.proved("no_address", inspection.subject().domain);
  for (const MxFacts& facts : result.facts) judge_connection(inspection, facts);
}

/// What is behind a handshake has nothing to be judged when there is none.
void judge_rest(Inspection& inspection, const MxProbeResult& result) {
  const bool without_tls = std::ranges::any_of(result.facts, [](const MxFacts& facts) {
    const bool fails = facts.tls_trouble && !facts.tls_trouble->silence;
    return facts.hello.positive() && (!facts.plain.starttls || fails);
  });
  if (without_tls) return inspection.rest_not_applicable("there is no TLS to look at");
  inspection.rest_unproved(inspection.subject().domain, "no mail server could be asked");
}

void inspect(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  if (!subject.mail.receives) return inspection.rest_not_applicable("the domain takes no mail");
  const MailServers servers = mail_servers_of(inspection.resolver(), subject.domain);
  if (servers.failed) return inspection.rest_unproved(subject.domain, *servers.failed);
  if (servers.null_mx) return inspection.rest_not_applicable("the domain takes no mail (null MX)");
  if (servers.implicit && !subject.from_contract) {
    return inspection.rest_not_applicable("the domain has no MX record");
  }
  const MxProbeResult result = probe_mail_servers(inspection.network(), servers, {subject.domain});
  const TlsDemand demand = tls_demand_of(inspection.network(), subject.domain);
  judge_unreachable(inspection, result);
  for (const MxFacts& facts : result.facts) {
    judge_tls(inspection, facts, demand);
    judge_mailboxes(inspection, facts);
    judge_reverse(inspection, facts);
  }
  judge_rest(inspection, result);
}

}  // namespace

extern constinit const Area area_smtp;
constinit const Area area_smtp{.name = "smtp", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
