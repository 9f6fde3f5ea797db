// Reverse DNS of the promised senders (RFC 1912 section 2.1): large receivers insist on it.
#include <fmt/format.h>

#include "domain/inspection.h"
#include "domain/records/judge_reverse.h"
#include "domain/records/judge_spf.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "reverse.missing",
     .control = Control::kMail,
     .title = "A promised sender has no reverse DNS",
     .why = "Many receivers refuse mail from addresses without a PTR record.",
     .fix = "Have the owner of the address publish a PTR record with the mail server's name.",
     .worst = Severity::kHigh,
     .reference = "RFC 1912 section 2.1"},
    {.id = "reverse.unconfirmed",
     .control = Control::kMail,
     .title = "The reverse DNS of a promised sender is not confirmed",
     .why = "Its PTR names do not lead back to the address; receivers treat it as forged.",
     .fix = "Publish the address at the name of the PTR record.",
     .worst = Severity::kMedium,
     .reference = "RFC 8601 section 3"},
    {.id = "reverse.generic",
     .control = Control::kMail,
     .title = "The reverse DNS of a promised sender looks like a dial-up customer's",
     .why = "Names made of the address are a mark of home computers to spam filters.",
     .fix = "Have the PTR record say the mail server's own name.",
     .worst = Severity::kLow,
     .reference = "RFC 1912 section 2.1"},
    {.id = "reverse.several",
     .control = Control::kMail,
     .title = "A promised sender has several reverse names",
     .why = "Receivers look at one of them only, and nobody knows which.",
     .fix = "Keep one PTR record per address.",
     .worst = Severity::kInfo,
     .reference = "RFC 2181 section 10.2"},
};

void judge_address(Inspection& out, const SenderAddress& sender) {
  const ReverseDns dns = reverse_dns(out.resolver(), sender.ip);
  const std::string ip = sender.ip.str();
  if (dns.outcome == ReverseDns::Outcome::kUnknown) {
    for (const CheckDef& check : kChecks) out.unproved(check.id, ip, dns.why);
    return;
  }
  const auto say = [&](std::string_view check, bool bad) {
    std::optional<Found> found;
    if (bad) {
      found = Found{.about = ip,
                    .observed = dns.names.empty() ? "no PTR record"
                                                  : fmt::format("{}", fmt::join(dns.names, "\n")),
                    .reproduce = "dig +short -x " + ip};
    }
    out.judge(check, ip, std::move(found));
  };
  const bool missing = dns.outcome == ReverseDns::Outcome::kMissing;
  say("missing", missing);
  if (missing) return;
  say("unconfirmed", dns.outcome == ReverseDns::Outcome::kUnconfirmed);
  say("generic", is_generic_name(dns.names.front(), sender.ip));
  say("several", dns.names.size() > 1);
}

void judge(Inspection& out) {
  const SenderAddresses senders = sender_addresses(out);
  for (const SenderAddress& sender : senders.known) judge_address(out, sender);
  for (const auto& [sender, why] : senders.unknown) {
    for (const CheckDef& check : kChecks) out.unproved(check.id, sender, why);
  }
  out.rest_not_applicable("no sender with an address is promised");
}

}  // namespace

extern constinit const Area area_reverse;
constinit const Area area_reverse{.name = "reverse", .checks = kChecks, .inspect = judge};

}  // namespace lr::domain
