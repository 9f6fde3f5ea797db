// DANE for incoming mail: do the TLSA records of the mail servers fit what the servers show?
#include "domain/smtp/dane.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/inspection.h"
#include "domain/smtp/mx_judge.h"
#include "domain/smtp/mx_probe.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "dane.bogus",
     .control = Control::kMail,
     .title = "The TLSA records of a mail server fail DNSSEC validation",
     .why = "Senders that know DANE hold mail back as long as the answer is not valid.",
     .fix = "Sign the zone again, or repair its DS record.",
     .worst = Severity::kHigh,
     .reference = "RFC 7672 section 2.1.1"},
    {.id = "dane.insecure",
     .control = Control::kMail,
     .title = "TLSA records stand in a zone without DNSSEC",
     .why = "Every sender ignores them, so that they protect nothing.",
     .fix = "Sign the zone of the mail server, or remove the records.",
     .worst = Severity::kLow,
     .reference = "RFC 7672 section 2.2",
     .instead = kTakeOut},
    {.id = "dane.mx_insecure",
     .control = Control::kMail,
     .title = "The MX records are not signed, although the server has TLSA records",
     .why = "An attacker forges the MX record and names a server of his own; DANE does not help.",
     .fix = "Sign the zone of the domain too.",
     .worst = Severity::kLow,
     .reference = "RFC 7672 section 2.2.1"},
    {.id = "dane.unusable",
     .control = Control::kMail,
     .title = "A TLSA record cannot be used",
     .why = "Senders skip it; when all are like that, there is no protection.",
     .fix = "Write it anew, as \"3 1 1\" with the SHA-256 digest of the public key.",
     .worst = Severity::kMedium,
     .reference = "RFC 7671 section 4",
     .instead = "{name}. TLSA 3 1 1 <SHA-256 of the public key>"},
    {.id = "dane.usage",
     .control = Control::kMail,
     .title = "A TLSA record for mail has a usage that mail servers ignore",
     .why = "Usages 0 and 1 ask for public CAs, which senders of mail do not check.",
     .fix = "Use usage 3 (the server's own key) or 2 (a CA).",
     .worst = Severity::kMedium,
     .reference = "RFC 7672 section 3.1.3",
     .instead = "{name}. TLSA 3 1 1 <SHA-256 of the public key>"},
    {.id = "dane.no_starttls",
     .control = Control::kMail,
     .title = "A mail server with TLSA records offers no working TLS",
     .why = "Senders that know DANE do not deliver to it.",
     .fix = "Switch STARTTLS on, or remove the TLSA records.",
     .worst = Severity::kHigh,
     .reference = "RFC 7672 section 2.2"},
    {.id = "dane.no_match",
     .control = Control::kMail,
     .title = "No TLSA record matches the certificate of the mail server",
     .why = "Senders that know DANE do not deliver to it; usually the certificate was renewed.",
     .fix = "Publish the record below, wait for its TTL, and remove the old ones.",
     .worst = Severity::kHigh,
     .reference = "RFC 7672 section 3.1"},
    {.id = "dane.trust_anchor",
     .control = Control::kMail,
     .title = "The chain to the CA in the TLSA record does not hold",
     .why = "Senders that know DANE do not deliver: for a CA, dates and names are checked.",
     .fix = "Serve the whole chain with a valid certificate for the server's name, or use usage 3.",
     .worst = Severity::kHigh,
     .reference = "RFC 7672 section 3.1.2"},
    {.id = "dane.leftover",
     .control = Control::kMail,
     .title = "A TLSA record matches nothing that the server shows",
     .why = "Right while keys are changed; otherwise it lets an old key pass for yours.",
     .fix = "Remove it when the change of keys is over.",
     .worst = Severity::kInfo,
     .reference = "RFC 7671 section 8.1",
     .instead = kTakeOut},
    {.id = "dane.full_data",
     .control = Control::kMail,
     .title = "A TLSA record holds a whole certificate or only a SHA-512 digest",
     .why = "Large answers get lost, and senders need not know SHA-512.",
     .fix = "Publish \"3 1 1\" with the SHA-256 digest of the public key.",
     .worst = Severity::kLow,
     .reference = "RFC 7672 section 3.1",
     .instead = "{name}. TLSA 3 1 1 <SHA-256 of the public key>"},
    {.id = "dane.partial",
     .control = Control::kMail,
     .title = "Only some of the mail servers have TLSA records",
     .why = "An attacker keeps senders away from the protected ones, and they take the others.",
     .fix = "Publish TLSA records for every MX host.",
     .worst = Severity::kLow,
     .reference = "RFC 7672 section 2.2.1"},
};

struct Host {
  std::string name{};
  std::string record_name{};  ///< "_25._tcp.mx.acme.example"
  std::vector<TlsAssociation> records{};
};

QuotedRecord quoted(const Host& host, const TlsAssociation& record) {
  return {host.record_name, RecordType::kTlsa, tlsa_text(record), 0, 0};
}

std::string corrected(const Host& host, std::span<const std::string> chain) {
  const TlsAssociation record = recommended_tlsa(chain);
  if (record.data.empty()) return {};
  return fmt::format("{}. 3600 IN TLSA {}", host.record_name, tlsa_text(record));
}

/// The records of a host that senders would follow; judges those that they would not.
std::optional<Host> secure_records(Inspection& inspection, const std::string& name,
                                   bool secure_mx) {
  Host host{.name = name, .record_name = "_25._tcp." + name};
  const Answer answer = inspection.resolver().query(host.record_name, RecordType::kTlsa);
  if (answer.failed() && answer.trust == Trust::kBogus) {
    inspection.found("bogus", {.about = host.record_name,
                               .observed = answer.why,
                               .reproduce = "delv " + host.record_name + " TLSA"});
    return std::nullopt;
  }
  if (answer.failed()) {
    inspection.unproved("bogus", host.record_name, answer.why);
    inspection.unproved("no_match", host.record_name, answer.why);
    return std::nullopt;
  }
  host.records = answer.all<TlsAssociation>();
  if (host.records.empty()) return std::nullopt;
  inspection.proved("bogus", host.record_name);
  const bool secure = answer.trust == Trust::kSecure;
  // A zone file has no signatures: what it says counts as if it were signed.
  const bool judged = secure || (!inspection.network().live && answer.trust == Trust::kUnknown);
  if (!judged) {
    inspection.found("insecure", {.about = host.record_name,
                                  .record = quoted(host, host.records.front()),
                                  .expected = "an answer that DNSSEC proves"});
    return std::nullopt;
  }
  inspection.proved("insecure", host.record_name);
  if (secure && !secure_mx) {
    inspection.found("mx_insecure",
                     {.about = inspection.subject().domain,
                      .reproduce = "dig +dnssec " + inspection.subject().domain + " MX"});
  } else {
    inspection.proved("mx_insecure", host.name);
  }
  return host;
}

/// What is wrong with the records themselves. True when one of them can be used.
bool judge_records(Inspection& inspection, const Host& host) {
  bool usable = false;
  bool plain = false;  ///< A SHA-256 digest is among them.
  for (const TlsAssociation& record : host.records) {
    const TlsaMatch match = match_tlsa(record, {});
    if (match.verdict == TlsaVerdict::kUnusable) {
      inspection.found(
          "unusable",
          {.about = host.record_name, .record = quoted(host, record), .observed = match.why});
    } else if (match.verdict == TlsaVerdict::kNotSmtp) {
      inspection.found(
          "usage",
          {.about = host.record_name, .record = quoted(host, record), .observed = match.why});
    } else {
      usable = true;
      plain = plain || record.matching == 1;
    }
  }
  inspection.proved("unusable", host.record_name);
  inspection.proved("usage", host.record_name);
  std::optional<Found> full;
  if (usable && !plain) {
    full = Found{.about = host.record_name, .record = quoted(host, host.records.front())};
  }
  inspection.judge("full_data", host.record_name, std::move(full));
  return usable;
}

void judge_leftovers(Inspection& inspection, const Host& host, std::span<const std::string> chain) {
  for (const TlsAssociation& record : host.records) {
    if (match_tlsa(record, chain).verdict != TlsaVerdict::kNoMatch) continue;
    inspection.found("leftover", {.about = host.record_name, .record = quoted(host, record)});
  }
  inspection.proved("leftover", host.record_name);
}

/// One match is enough (RFC 7671 section 5); a usage 2 match has to hold besides.
void judge_match(Inspection& inspection, const Host& host, const MxFacts& facts) {
  const std::string place = place_of(facts);
  const std::span<const std::string> chain = facts.tls->chain;
  const std::string names[] = {host.name, inspection.subject().domain};
  const auto now =
      std::chrono::duration_cast<seconds>(inspection.network().now.time_since_epoch()).count();
  bool matched = false;
  bool holds = false;
  std::string broken;
  for (const TlsAssociation& record : host.records) {
    const TlsaMatch match = match_tlsa(record, chain);
    if (match.verdict != TlsaVerdict::kMatch) continue;
    matched = true;
    const std::string wrong =
        record.usage == 2 ? check_trust_anchor(chain, match.position, names, now) : "";
    holds = holds || wrong.empty();
    if (!wrong.empty()) broken = wrong;
  }
  if (!matched) {
    inspection.found("no_match", {.about = place,
                                  .record = quoted(host, host.records.front()),
                                  .corrected = corrected(host, chain),
                                  .observed = fmt::format(
                                      "{} certificates are served, none matches", chain.size()),
                                  .reproduce = "openssl s_client -starttls smtp -connect " +
                                               facts.endpoint.str() + " -showcerts"});
    return;
  }
  inspection.proved("no_match", place);
  std::optional<Found> found;
  if (!holds)
    found = Found{.about = place, .corrected = corrected(host, chain), .observed = broken};
  inspection.judge("trust_anchor", place, std::move(found));
  if (holds) judge_leftovers(inspection, host, chain);
}

void judge_server(Inspection& inspection, const Host& host, const MxFacts& facts) {
  const std::string place = place_of(facts);
  inspection.count_requests(facts.connections);
  const bool silent = (facts.connect && facts.connect->silence) ||
                      (facts.tls_trouble && facts.tls_trouble->silence);
  if (silent || facts.connect || !facts.hello.positive()) {
    inspection.unproved("no_starttls", place, "the server could not be asked");
    inspection.unproved("no_match", place, "the server could not be asked");
    return;
  }
  if (!facts.tls) {
    inspection.found("no_starttls", {.about = place,
                                     .observed = facts.tls_trouble ? facts.tls_trouble->why
                                                                   : "STARTTLS is not offered"});
    return;
  }
  inspection.proved("no_starttls", place);
  judge_match(inspection, host, facts);
}

void judge_hosts(Inspection& inspection, const MailServers& servers,
                 const std::vector<Host>& hosts) {
  const Network& network = inspection.network();
  if (!network.live) return;
  MailServers with_records;
  for (const Host& host : hosts) with_records.hosts.push_back({0, host.name});
  const MxProbeResult result = probe_mail_servers(
      network, with_records, {.domain = inspection.subject().domain, .tls_only = true});
  for (const MxFacts& facts : result.facts) {
    const auto host = std::ranges::find(hosts, facts.host, &Host::name);
    if (host != hosts.end()) judge_server(inspection, *host, facts);
  }
  for (const auto& [name, trouble] : result.unresolved) {
    inspection.unproved("no_match", name, trouble.why);
  }
  std::optional<Found> partial;
  if (hosts.size() < servers.hosts.size()) {
    partial = Found{.about = inspection.subject().domain,
                    .observed = fmt::format("{} of {} hosts", hosts.size(), servers.hosts.size())};
  }
  inspection.judge("partial", inspection.subject().domain, std::move(partial));
}

void inspect(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  if (!subject.mail.receives) return inspection.rest_not_applicable("the domain takes no mail");
  const MailServers servers = mail_servers_of(inspection.resolver(), subject.domain);
  if (servers.failed) return inspection.rest_unproved(subject.domain, *servers.failed);
  if (servers.null_mx) return inspection.rest_not_applicable("the domain takes no mail (null MX)");
  const bool secure_mx = servers.trust == Trust::kSecure;
  std::vector<Host> usable;
  for (const MailExchange& mx : servers.hosts) {
    const std::optional<Host> host = secure_records(inspection, mx.host, secure_mx);
    if (host && judge_records(inspection, *host)) usable.push_back(*host);
  }
  if (!usable.empty()) judge_hosts(inspection, servers, usable);
  inspection.rest_not_applicable(inspection.network().live ? "there is no TLSA record to follow"
                                                           : "needs the network");
}

}  // namespace

extern constinit const Area area_dane;
constinit const Area area_dane{.name = "dane", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
