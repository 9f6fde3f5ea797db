#include "domain/dns/renewal.h"

#include <fmt/format.h>

namespace lr::domain {

RenewalOutlook renewal_outlook(const RenewalFacts& facts) {
  RenewalOutlook out;
  std::vector<std::string> unknown;
  if (!facts.bogus.empty()) {
    out.reasons.push_back("DNSSEC validation of " + facts.host + " fails: " + facts.bogus);
  }
  for (const std::string& issuer : facts.refused_issuers) {
    out.reasons.push_back(fmt::format("CAA records keep {} out", issuer));
  }
  if (!facts.caa_unknown.empty()) {
    unknown.push_back("the CAA records could not be read: " + facts.caa_unknown);
  }
  if (!facts.address_unknown.empty()) {
    unknown.push_back("the addresses could not be read: " + facts.address_unknown);
  } else if (!facts.has_address && facts.bogus.empty()) {
    out.reasons.push_back(facts.host + " has no address, so control over HTTP cannot be shown");
  }
  if (!out.reasons.empty()) {
    out.verdict = RenewalOutlook::Verdict::kBlocked;
  } else if (!unknown.empty()) {
    out.verdict = RenewalOutlook::Verdict::kUnknown;
    out.reasons = std::move(unknown);
  }
  out.due = facts.certificate_left && facts.certificate_lifetime &&
            *facts.certificate_left * 3 < *facts.certificate_lifetime;
  return out;
}

}  // namespace lr::domain
