// Would a certificate be issued today? The parts are judged elsewhere; this joins them with what
// the server shows: who issued its certificate, for which names, and how much of its life is left.
#include "domain/dns/renewal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "domain/dns/caa_policy.h"
#include "domain/dns/issuers.h"
#include "domain/overlay_resolver.h"
#include "domain/tls/endpoints.h"
#include "domain/tls/shown.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using report::Severity;
using std::chrono::seconds;
using tls::CertificateFacts;

constexpr std::size_t kNamesLooked = 16;  ///< Of one certificate.

constexpr CheckDef kChecks[] = {
    {.id = "renewal.blocked",
     .control = report::Control::kTls,
     .title = "The next certificate will not be issued",
     .why = "Certificates live for months at most. When the renewal is refused, browsers show an "
            "error page to every visitor on the day the present one ends.",
     .fix = "Remove what stands in the way, then renew once by hand to see that it works.",
     .worst = Severity::kCritical,
     .reference = "RFC 8659; CA/Browser Forum ballot SC-085v2"},
};

/// A name that the renewal has to be allowed for: "a.example", or "*.a.example" as its base.
struct NameToRenew {
  std::string base{};
  bool wildcard = false;
  std::string shown() const { return wildcard ? "*." + base : base; }
};

std::vector<NameToRenew> names_of(const CertificateFacts& leaf, const Subject& subject) {
  std::vector<NameToRenew> out;
  for (const std::string& name : leaf.names) {
    const bool wildcard = name.starts_with("*.");
    const std::string base = canonical_name(wildcard ? name.substr(2) : name);
    if (out.size() < kNamesLooked && is_at_or_below(base, subject.domain)) {
      out.push_back({base, wildcard});
    }
  }
  return out;
}

std::string called(const SeenIssuer& issuer) {
  return issuer.organization.empty() ? "the issuer of the certificate in use"
                                     : issuer.organization + ", which issued the one in use,";
}

void add_issuer(const Inspection& inspection, const CertificateFacts& leaf, RenewalFacts& facts) {
  const SeenIssuer issuer =
      seen_issuer(leaf.issuer_organization, leaf.issuer_url, inspection.subject().issuers);
  // What the server made for itself is renewed by nobody else.
  if (leaf.self_signed) return;
  for (const NameToRenew& name : names_of(leaf, inspection.subject())) {
    const CaaSet set = find_caa(inspection.resolver(), name.base);
    const IssuerFate fate = fate_of(set, issuer, name.wildcard);
    if (set.failed) {
      if (name.base != facts.host) {
        facts.issuer_unknown =
            fmt::format("the CAA records of {} could not be read: {}", name.base, set.why);
      }
    } else if (fate == IssuerFate::kRefused) {
      facts.issuer_refused.push_back(fmt::format("CAA records of {} keep out {} for {}", set.where,
                                                 called(issuer), name.shown()));
    } else if (fate == IssuerFate::kUnknown && inspection.subject().issuers.empty()) {
      facts.issuer_unknown =
          fmt::format("it is not known by which name the CAA records of {} would allow {}",
                      set.where, called(issuer));
    }
  }
}

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

/// What each host shows at its first address; nothing without a network.
std::map<std::string, CertificateFacts> certificates_in_use(Inspection& inspection) {
  std::map<std::string, CertificateFacts> out;
  if (!inspection.network().live) return out;
  std::vector<tls::ShownCertificate> all;
  for (const tls::WebEndpoint& one : tls::web_endpoints(inspection, 1).all) {
    if (!all.empty() && all.back().host == one.host) continue;
    all.push_back({.host = one.host, .endpoint = one.endpoint});
  }
  tls::look_at(inspection.network(), all);
  inspection.count_requests(all.size());
  for (tls::ShownCertificate& one : all) {
    if (one.end == tls::ShownCertificate::End::kShown) out[one.host] = std::move(one.leaf);
  }
  return out;
}

void tell(Inspection& inspection, const RenewalFacts& facts) {
  using Verdict = RenewalOutlook::Verdict;
  const RenewalOutlook outlook = renewal_outlook(facts);
  std::string reasons = fmt::format("{}", fmt::join(outlook.reasons, "; "));
  if (outlook.verdict == Verdict::kOpen) return inspection.proved("blocked", facts.host);
  if (outlook.verdict == Verdict::kUnknown) {
    return inspection.unproved("blocked", facts.host, reasons);
  }
  const std::string life = life_in_words(facts);
  if (!life.empty()) reasons += "; of the certificate in use, " + life;
  const bool pressing = outlook.urgency == RenewalOutlook::Urgency::kPressing;
  inspection.found("blocked",
                   {.about = facts.host,
                    .title = "The next certificate of " + facts.host + " will not be issued",
                    .severity = pressing ? Severity::kCritical : Severity::kHigh,
                    .observed = reasons,
                    .reproduce = "dig +dnssec " + facts.host + " CAA"});
}

void inspect(Inspection& inspection) {
  const auto in_use = certificates_in_use(inspection);
  for (const std::string& host : inspection.subject().web_hosts) {
    RenewalFacts facts = facts_of(inspection, host);
    if (const auto at = in_use.find(host); at != in_use.end()) {
      const CertificateFacts& leaf = at->second;
      facts.certificate_left =
          std::chrono::duration_cast<seconds>(leaf.until - inspection.network().now);
      facts.certificate_lifetime = std::chrono::duration_cast<seconds>(leaf.until - leaf.from);
      add_issuer(inspection, leaf, facts);
    }
    tell(inspection, facts);
  }
  inspection.rest_not_applicable("no web hosts are promised");
}

}  // namespace

extern constinit const Area area_renewal;
constinit const Area area_renewal{.name = "renewal", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
