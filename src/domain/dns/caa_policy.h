// Which certificate authorities may issue for a name: CAA records by RFC 8659 and 8657.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/dns.h"

namespace lr::domain {

/// The records that apply to a name: those of the closest name at or above it that has any.
struct CaaSet {
  std::string where;  ///< Whose they are; "" when nobody above has any.
  std::vector<CertificateAuthority> records;
  bool failed = false;  ///< A question had no answer: a CA must not issue then.
  bool bogus = false;   ///< And DNSSEC is why.
  std::string why;
};
/// Climbs the tree (RFC 8659 section 3). The resolver follows aliases at each step.
CaaSet find_caa(Resolver& resolver, std::string_view host);

enum class CaaProblem : std::uint8_t { kNone, kBadTag, kBadIssuer, kBadParameter, kBadFlags };
struct CaaSyntax {
  CaaProblem problem = CaaProblem::kNone;
  std::size_t begin = 0;  ///< Wrong bytes of the value.
  std::size_t end = 0;
};
/// RFC 8659 section 4.1 and 4.2. Reserved flag bits are to be ignored, so they are only odd.
CaaSyntax check_caa_syntax(const CertificateAuthority& record);
/// The issuer domain name of an issue or issuewild value, lower case; "" for none (nobody may).
std::string caa_issuer(std::string_view value);
/// mailto:, http: or https: (section 4.4).
bool is_caa_report_url(std::string_view value);
/// A property that CAs know (IANA's registry).
bool is_known_caa_tag(std::string_view tag);
/// Critical, and a tag that CAs need not know: then nobody may issue (section 4.5).
bool blocks_everybody(const CertificateAuthority& record);

/// May `issuer` ("letsencrypt.org") issue for a name with these records?
bool caa_allows(const CaaSet& set, std::string_view issuer, bool wildcard);

}  // namespace lr::domain
