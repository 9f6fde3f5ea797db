// DANE for SMTP (RFC 7672): do the TLSA records of a mail server match what it shows?
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/dns.h"

namespace lr::domain {

enum class TlsaVerdict : std::uint8_t {
  kMatch,
  kNoMatch,
  kUnusable,  ///< Unknown numbers, a digest of the wrong length (RFC 7671 section 4).
  kNotSmtp,   ///< Usage 0 or 1, which SMTP clients ignore (RFC 7672 section 3.1.3).
};

struct TlsaMatch {
  TlsaVerdict verdict = TlsaVerdict::kNoMatch;
  std::string why{};         ///< For kUnusable and kNotSmtp.
  std::size_t position = 0;  ///< For kMatch: which certificate of the chain; 0 is the leaf.
};

/// One record against the chain as served (DER, leaf first). DANE-EE(3) is compared with the leaf
/// only, DANE-TA(2) with every certificate.
TlsaMatch match_tlsa(const TlsAssociation& record, std::span<const std::string> chain);

/// What a usage 2 match asks for besides (RFC 7672 section 3.1.2): signatures from the leaf up to
/// chain[position], dates at `now` (seconds since 1970), and a name of the server. "" when all is
/// well, else what is wrong.
std::string check_trust_anchor(std::span<const std::string> chain, std::size_t position,
                               std::span<const std::string> names, std::int64_t now);

/// "3 1 1 0123…": as a zone file has it.
std::string tlsa_text(const TlsAssociation& record);
/// The record "3 1 1" of the leaf, which RFC 7672 recommends; empty data for no certificate.
TlsAssociation recommended_tlsa(std::span<const std::string> chain);

}  // namespace lr::domain
