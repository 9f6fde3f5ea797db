// Exactly the mail records that are missing or wrong, ready to be published: what is right stays
// as it is and is not repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/dns.h"
#include "domain/subject.h"

namespace lr::domain {

struct EmittedRecord {
  Record record{};
  std::string why{};  ///< One sentence without full stop.
};

struct Emission {
  std::string domain{};
  std::vector<EmittedRecord> add{};
  std::vector<EmittedRecord> remove{};  ///< Published ones that the new ones replace.
  /// To be served at https://mta-sts.<domain>/.well-known/mta-sts.txt; "" when nothing is to do.
  std::string mta_sts_policy{};
  /// What nobody can compute (a DKIM key, the MX of a mail service) or nobody could say now.
  std::vector<std::string> open{};

  bool empty() const { return add.empty() && remove.empty() && open.empty(); }
};

inline constexpr std::uint32_t kEmittedTtl = 3600;

/// From the promises and what is published: SPF, DMARC, repairs of DKIM keys, CAA for the promised
/// issuers, MTA-STS, TLS reporting, the null MX. A question without an answer is never "missing":
/// it becomes a line of `open`.
Emission emit_records(const Subject& subject, Resolver& resolver);

enum class EmitFormat : std::uint8_t {
  kRecords,     ///< "add" and "remove" lines with their reasons, for people.
  kZone,        ///< Lines of a zone file; removals are comments.
  kTerraform,   ///< cloudflare_dns_record (provider version 5), zone id from var.zone_id.
  kDnscontrol,  ///< A D_EXTEND block of DNSControl.
};
std::optional<EmitFormat> parse_emit_format(std::string_view name);

std::string render_emission(const Emission& emission, EmitFormat format);

}  // namespace lr::domain
