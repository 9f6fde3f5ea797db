// RDATA in the text form of zone files (RFC 1035 section 5.1 and the RFC of each type).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "domain/dns.h"
#include "domain/zone_lexer.h"

namespace lr::domain {

/// "TXT", "txt" or "TYPE16".
std::optional<RecordType> record_type_of(std::string_view name);

/// "3600", "1h", "1d12h" (RFC 2308 as servers write it), at most 2^31 - 1.
std::optional<std::uint32_t> parse_zone_ttl(std::string_view text);

/// Below `origin` unless it ends in a dot; "@" is the origin. Lower case, no trailing dot.
Result<std::string> absolute_name(std::string_view text, std::string_view origin);

/// Errors: kInvalidArgument, in words.
Result<Rdata> parse_rdata(RecordType type, std::span<const ZoneToken> tokens,
                          std::string_view origin);

/// As a zone file has it: quoted and escaped where needed, names with their final dot, a long TXT
/// cut into strings of at most 255 bytes.
std::string rdata_text(const Rdata& data);

}  // namespace lr::domain
