#include "domain/dns/issuers.h"

#include <algorithm>

#include "domain/overlay_resolver.h"
#include "domain/zone.h"
#include "text/ascii.h"
#include "text/url.h"

namespace lr::domain {
namespace {

struct KnownIssuer {
  std::string_view organization;  ///< How the name begins.
  std::string_view names;         ///< For CAA, with blanks between.
};

/// From the authorities' certification practice statements, which must list them (CA/Browser Forum
/// baseline requirements, section 2.2).
constexpr KnownIssuer kIssuers[] = {
    {"Let's Encrypt", "letsencrypt.org"},
    {"Google Trust Services", "pki.goog"},
    {"Amazon", "amazon.com amazontrust.com awstrust.com amazonaws.com"},
    {"DigiCert",
     "digicert.com www.digicert.com digicert.ne.jp cybertrust.ne.jp symantec.com "
     "thawte.com geotrust.com rapidssl.com"},
    {"GeoTrust", "digicert.com geotrust.com rapidssl.com"},
    {"Sectigo", "sectigo.com usertrust.com trust-provider.com comodo.com comodoca.com"},
    {"COMODO CA", "sectigo.com usertrust.com trust-provider.com comodo.com comodoca.com"},
    {"ZeroSSL", "sectigo.com usertrust.com trust-provider.com comodo.com comodoca.com"},
    {"GlobalSign", "globalsign.com"},
    {"GoDaddy.com", "godaddy.com starfieldtech.com"},
    {"Starfield Technologies", "starfieldtech.com godaddy.com"},
    {"Entrust", "entrust.net affirmtrust.com"},
    {"SSL Corp", "ssl.com"},
    {"Microsoft Corporation", "microsoft.com"},
    {"Apple Inc", "pki.apple.com"},
    {"Buypass", "buypass.com buypass.no"},
    {"Actalis", "actalis.it"},
    {"IdenTrust", "identrust.com"},
    {"HARICA", "harica.gr"},
    {"Hellenic Academic", "harica.gr"},
    {"Asseco Data Systems", "certum.pl certum.eu"},
    {"Unizeto Technologies", "certum.pl certum.eu"},
    {"D-Trust", "d-trust.net dtrust.de"},
    {"SwissSign", "swisssign.com"},
    {"QuoVadis", "quovadisglobal.com digicert.com"},
};

bool begins_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && std::ranges::equal(text.substr(0, start.size()), start, {},
                                                           text::to_lower, text::to_lower);
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && begins_with(a, b);
}

bool restricts(const CaaSet& set, bool wildcard) {
  return std::ranges::any_of(set.records, [&](const CertificateAuthority& record) {
    return same(record.tag, "issue") || (wildcard && same(record.tag, "issuewild"));
  });
}

/// Is it the domain under which the authority keeps its own certificates?
bool is_home(std::string_view name, const SeenIssuer& issuer) {
  const auto url = text::parse_url(issuer.url);
  return url && !name.empty() && is_at_or_below(canonical_name(url->host), name);
}

}  // namespace

std::vector<std::string> caa_names_of(std::string_view organization) {
  std::vector<std::string> out;
  for (const KnownIssuer& known : kIssuers) {
    if (!begins_with(organization, known.organization)) continue;
    std::string_view rest = known.names;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      out.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
  }
  return out;
}

SeenIssuer seen_issuer(std::string organization, std::string url,
                       const std::vector<std::string>& promised) {
  SeenIssuer out{.organization = std::move(organization), .url = std::move(url)};
  out.names = caa_names_of(out.organization);
  for (const std::string& name : promised) {
    if (is_home(canonical_name(name), out)) out.names.push_back(canonical_name(name));
  }
  return out;
}

IssuerFate fate_of(const CaaSet& set, const SeenIssuer& issuer, bool wildcard) {
  if (set.failed) return IssuerFate::kUnknown;
  if (std::ranges::any_of(set.records, blocks_everybody)) return IssuerFate::kRefused;
  if (!restricts(set, wildcard)) return IssuerFate::kAllowed;
  const auto allows = [&](const std::string& name) { return caa_allows(set, name, wildcard); };
  if (std::ranges::any_of(issuer.names, allows)) return IssuerFate::kAllowed;
  const bool by_address = std::ranges::any_of(set.records, [&](const CertificateAuthority& record) {
    const std::string name = caa_issuer(record.value);
    return is_home(name, issuer) && allows(name);
  });
  if (by_address) return IssuerFate::kAllowed;
  return issuer.names.empty() ? IssuerFate::kUnknown : IssuerFate::kRefused;
}

}  // namespace lr::domain
