// What the large receivers ask of bulk senders, as far as the DNS shows it.
#include <fmt/format.h>

#include <algorithm>

#include "domain/inspection.h"
#include "domain/mail/dkim_key.h"
#include "domain/mail/dmarc.h"
#include "domain/mail/spf.h"
#include "domain/records/judge_dkim.h"
#include "domain/records/judge_reverse.h"
#include "domain/records/judge_spf.h"
#include "domain/records/published.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "bulk.spf",
     .control = Control::kMail,
     .title = "A bulk sender has no usable SPF record",
     .why = "The large receivers refuse bulk mail without SPF.",
     .fix = "Publish one SPF record without errors.",
     .worst = Severity::kHigh,
     .reference = "RFC 7208 section 3 (bulk sender rules of Google, Yahoo and Microsoft)"},
    {.id = "bulk.dkim",
     .control = Control::kMail,
     .title = "A bulk sender has no usable DKIM key",
     .why = "The large receivers refuse bulk mail without a DKIM signature.",
     .fix = "Publish the key of at least one selector and promise it in the contract.",
     .worst = Severity::kHigh,
     .reference = "RFC 6376 section 3.6 (bulk sender rules of Google, Yahoo and Microsoft)"},
    {.id = "bulk.dmarc",
     .control = Control::kMail,
     .title = "A bulk sender has no DMARC policy",
     .why = "The large receivers refuse bulk mail without at least p=none.",
     .fix = "Publish a DMARC record.",
     .worst = Severity::kHigh,
     .reference = "RFC 9989 section 4 (bulk sender rules of Google, Yahoo and Microsoft)"},
    {.id = "bulk.alignment",
     .control = Control::kMail,
     .title = "Bulk mail cannot be aligned with its sender address",
     .why = "The address is in another organization than the domain that signs.",
     .fix = "Send from an address of the mail domain or below it.",
     .worst = Severity::kHigh,
     .reference = "RFC 9989 section 4.4"},
    {.id = "bulk.reverse",
     .control = Control::kMail,
     .title = "A bulk sender has an address without confirmed reverse DNS",
     .why = "The large receivers refuse bulk mail from such addresses.",
     .fix = "Publish a PTR record, and the address at the name it says.",
     .worst = Severity::kHigh,
     .reference = "RFC 1912 section 2.1 (bulk sender rules of Google and Yahoo)"},
};

void judge_spf_usable(Inspection& out, const std::string& domain) {
  const auto anyone = text::parse_ip("192.0.2.1");
  const SpfAnswer answer = check_host(out.resolver(), {.client = anyone.value_or(text::IpAddress()),
                                                       .helo = domain,
                                                       .mail_from = "postmaster@" + domain,
                                                       .receiver = {}});
  if (answer.result == SpfResult::kTempError) return out.unproved("spf", domain, answer.why);
  std::optional<Found> found;
  if (answer.result == SpfResult::kNone || answer.result == SpfResult::kPermError) {
    found = Found{.about = domain,
                  .observed = fmt::format("{} {}", spf_result_name(answer.result), answer.why)};
  }
  out.judge("spf", domain, std::move(found));
}

void judge_dkim_usable(Inspection& out, const std::string& domain) {
  std::string failed;
  const auto& selectors = out.subject().mail.selectors;
  for (std::size_t i = 0; i < selectors.size() && i < kSelectorsMax; ++i) {
    const TxtRecords txt = ask_txt(out.resolver(), dkim_key_name(selectors[i], domain));
    if (txt.failed) failed = txt.why;
    if (txt.all.size() == 1 && DkimPublicKey::parse(txt.all.front().joined())) {
      return out.proved("dkim", domain);
    }
  }
  if (!failed.empty()) return out.unproved("dkim", domain, failed);
  out.found("dkim", {.about = domain,
                     .observed = selectors.empty() ? "no selector is promised"
                                                   : "no promised selector has a key"});
}

/// The domain of the From address against that of keys and SPF, in relaxed mode.
void judge_alignment(Inspection& out, const std::string& domain, const DmarcDiscovery& policy) {
  const std::string& from = out.subject().mail.from;
  const std::size_t at = from.rfind('@');
  if (at == std::string::npos) {
    return out.not_applicable("alignment", "the address of product mail is not promised");
  }
  const std::string other = canonical_name(from.substr(at + 1));
  if (other == domain) return out.proved("alignment", from);
  if (policy.outcome != DmarcDiscovery::Outcome::kFound) {
    return out.not_applicable("alignment", "without a DMARC record nothing is compared");
  }
  const std::vector<DmarcWalkStep> walk = walk_dmarc_tree(out.resolver(), other);
  if (!policy.organization_known || std::ranges::any_of(walk, &DmarcWalkStep::failed)) {
    return out.unproved("alignment", from, "a DMARC record above the domains is not known");
  }
  const std::string organization = organizational_domain(walk);
  std::optional<Found> found;
  if (organization != policy.organization) {
    found = Found{.about = from,
                  .observed = fmt::format("{} and {}", organization, policy.organization)};
  }
  out.judge("alignment", from, std::move(found));
}

void judge_policy(Inspection& out, const std::string& domain) {
  const DmarcDiscovery policy =
      discover_dmarc(out.resolver(), domain, DmarcEdition::kRfc9989, RegistrableDomain());
  if (policy.outcome == DmarcDiscovery::Outcome::kUnknown) {
    out.unproved("dmarc", domain, "its DMARC record is not known");
    return out.unproved("alignment", domain, "its DMARC record is not known");
  }
  std::optional<Found> found;
  if (policy.outcome != DmarcDiscovery::Outcome::kFound) {
    found = Found{.about = domain, .observed = "no DMARC record that counts"};
  }
  out.judge("dmarc", domain, std::move(found));
  judge_alignment(out, domain, policy);
}

void judge_reverse(Inspection& out) {
  const SenderAddresses senders = sender_addresses(out);
  for (const auto& [sender, why] : senders.unknown) out.unproved("reverse", sender, why);
  for (const SenderAddress& sender : senders.known) {
    const std::string ip = sender.ip.str();
    const ReverseDns dns = reverse_dns(out.resolver(), sender.ip);
    if (dns.outcome == ReverseDns::Outcome::kUnknown) {
      out.unproved("reverse", ip, dns.why);
      continue;
    }
    std::optional<Found> found;
    if (dns.outcome != ReverseDns::Outcome::kConfirmed) {
      found = Found{.about = ip,
                    .observed = fmt::format("PTR: {}", fmt::join(dns.names, ", ")),
                    .reproduce = "dig +short -x " + ip};
    }
    out.judge("reverse", ip, std::move(found));
  }
}

void judge(Inspection& out) {
  if (!out.subject().mail.bulk) return out.rest_not_applicable("bulk mail is not promised");
  const std::string domain = mail_domain(out.subject());
  judge_spf_usable(out, domain);
  judge_dkim_usable(out, domain);
  judge_policy(out, domain);
  judge_reverse(out);
  out.rest_not_applicable("no sender with an address is promised");
}

}  // namespace

extern constinit const Area area_bulk;
constinit const Area area_bulk{.name = "bulk", .checks = kChecks, .inspect = judge};

}  // namespace lr::domain
