// Which names CAA records know a certificate authority by (RFC 8659 section 4.2), when all that is
// seen is a certificate of its.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/dns/caa_policy.h"

namespace lr::domain {

/// A certificate authority as a certificate names it.
struct SeenIssuer {
  std::string organization{};  ///< O of the issuer: "Let's Encrypt".
  std::string url{};  ///< Where its own certificate is to be had: "http://r10.i.lencr.org/".
  std::vector<std::string> names{};  ///< For CAA records, as far as they are known.
};
/// `promised`: names of CAs in use, of which the one whose address it is belongs to it.
SeenIssuer seen_issuer(std::string organization, std::string url,
                       const std::vector<std::string>& promised);

enum class IssuerFate : std::uint8_t {
  kAllowed,
  kRefused,  ///< Every name that this authority is known by is kept out.
  kUnknown,  ///< Nobody here knows its names for CAA, and no record fits its address.
};
/// `wildcard`: a name with an asterisk is to be certified.
IssuerFate fate_of(const CaaSet& set, const SeenIssuer& issuer, bool wildcard);

/// As the authorities publish them; empty for one that is not known here.
std::vector<std::string> caa_names_of(std::string_view organization);

}  // namespace lr::domain
