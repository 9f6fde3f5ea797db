#include "domain/dns/renewal.h"

#include <fmt/format.h>

namespace lr::domain {
namespace {

using Urgency = RenewalOutlook::Urgency;
using Verdict = RenewalOutlook::Verdict;

Urgency urgency_of(const RenewalFacts& facts) {
  if (!facts.certificate_left || !facts.certificate_lifetime) return Urgency::kUnknown;
  const auto left = *facts.certificate_left;
  const auto whole = *facts.certificate_lifetime;
  if (left * 6 < whole) return Urgency::kPressing;
  return left * 3 < whole ? Urgency::kDue : Urgency::kCalm;
}

/// What would make a CA refuse, as far as it can be seen.
std::vector<std::string> obstacles(const RenewalFacts& facts) {
  std::vector<std::string> out;
  if (!facts.bogus.empty()) {
    out.push_back("DNSSEC validation of " + facts.host + " fails: " + facts.bogus);
  }
  for (const std::string& issuer : facts.refused_issuers) {
    out.push_back(fmt::format("CAA records keep {} out", issuer));
  }
  out.insert(out.end(), facts.issuer_refused.begin(), facts.issuer_refused.end());
  if (facts.address_unknown.empty() && !facts.has_address && facts.bogus.empty()) {
    out.push_back(facts.host + " has no address, so control over HTTP cannot be shown");
  }
  return out;
}

std::vector<std::string> gaps(const RenewalFacts& facts) {
  std::vector<std::string> out;
  if (!facts.caa_unknown.empty()) {
    out.push_back("the CAA records could not be read: " + facts.caa_unknown);
  }
  if (!facts.address_unknown.empty()) {
    out.push_back("the addresses could not be read: " + facts.address_unknown);
  }
  if (!facts.issuer_unknown.empty()) out.push_back(facts.issuer_unknown);
  return out;
}

}  // namespace

std::string life_in_words(const RenewalFacts& facts) {
  using std::chrono::days;
  if (!facts.certificate_left || !facts.certificate_lifetime) return "";
  const auto left = std::chrono::floor<days>(*facts.certificate_left).count();
  if (left < 0) return fmt::format("it ended {} days ago", -left);
  return fmt::format("{} of {} days are left", left,
                     std::chrono::round<days>(*facts.certificate_lifetime).count());
}

RenewalOutlook renewal_outlook(const RenewalFacts& facts) {
  RenewalOutlook out{.urgency = urgency_of(facts)};
  out.reasons = obstacles(facts);
  if (!out.reasons.empty()) {
    out.verdict = Verdict::kBlocked;
    return out;
  }
  out.reasons = gaps(facts);
  if (out.reasons.empty() && out.urgency >= Urgency::kDue) {
    out.reasons.push_back("nothing in the DNS stands in its way, but it is overdue (" +
                          life_in_words(facts) + "): look at the log of the ACME client");
  }
  if (!out.reasons.empty()) out.verdict = Verdict::kUnknown;
  return out;
}

}  // namespace lr::domain
