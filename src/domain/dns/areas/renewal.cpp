// Would a certificate be issued today? The parts are judged elsewhere; this joins them.
#include "domain/dns/renewal.h"

#include <fmt/format.h>

#include "domain/dns/caa_policy.h"
#include "domain/dns/name_facts.h"

namespace lr::domain {
namespace {

constexpr CheckDef kChecks[] = {
    {.id = "renewal.blocked",
     .control = report::Control::kTls,
     .title = "The next certificate will not be issued",
     .why = "Certificates live for months at most. When the renewal is refused, browsers show an "
            "error page to every visitor on the day the present one ends.",
     .fix = "Remove what stands in the way, then renew once by hand to see that it works.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 8659; CA/Browser Forum ballot SC-085v2"},
};

RenewalFacts facts_of(const Inspection& inspection, const std::string& host) {
  RenewalFacts facts{.host = host};
  const CaaSet caa = find_caa(inspection.resolver(), host);
  if (caa.bogus) {
    facts.bogus = caa.why;
  } else if (caa.failed) {
    facts.caa_unknown = caa.why;
  } else {
    for (const std::string& issuer : inspection.subject().issuers) {
      if (!caa_allows(caa, issuer, false)) facts.refused_issuers.push_back(issuer);
    }
  }
  const Answer answer = inspection.resolver().query(host, RecordType::kA);
  if (answer.trust == Trust::kBogus) {
    facts.bogus = answer.why;
    return facts;
  }
  const HostAddresses addresses = addresses_of(inspection.resolver(), host);
  facts.has_address = !addresses.all.empty();
  if (addresses.failed && !facts.has_address) facts.address_unknown = addresses.why;
  return facts;
}

void inspect(Inspection& inspection) {
  for (const std::string& host : inspection.subject().web_hosts) {
    const RenewalOutlook outlook = renewal_outlook(facts_of(inspection, host));
    const std::string reasons = fmt::format("{}", fmt::join(outlook.reasons, "; "));
    switch (outlook.verdict) {
      case RenewalOutlook::Verdict::kOpen:
        inspection.proved("blocked", host);
        break;
      case RenewalOutlook::Verdict::kUnknown:
        inspection.unproved("blocked", host, reasons);
        break;
      case RenewalOutlook::Verdict::kBlocked:
        inspection.found("blocked",
                         {.about = host,
                          .title = "The next certificate of " + host + " will not be issued",
                          .observed = reasons,
                          .reproduce = "dig +dnssec " + host + " CAA"});
        break;
    }
  }
  inspection.rest_not_applicable("no web hosts are promised");
}

}  // namespace

extern constinit const Area area_renewal;
constinit const Area area_renewal{.name = "renewal", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
