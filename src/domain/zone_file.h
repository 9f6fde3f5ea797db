// Reads a zone file (RFC 1035 section 5, RFC 2308 for $TTL, RFC 3597 for unknown types), so that a
// change can be judged before it is published.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "domain/dns.h"
#include "domain/zone.h"

namespace lr::domain {

struct ZoneFileRecord {
  Record record;
  std::size_t line = 0;  ///< From 1: where the record begins.
};

struct ZoneFile {
  std::string origin;  ///< The zone's name: the owner of its SOA, or what was given.
  std::vector<ZoneFileRecord> records;
  /// Answers as the servers of this zone would.
  Zone zone() const;
};

inline constexpr std::size_t kZoneFileBytes = 16u << 20;
inline constexpr std::size_t kZoneFileRecords = 200'000;

/// `origin` is what names without a final dot are below until $ORIGIN says otherwise. Errors:
/// kInvalidArgument with "FILE:line: why"; $INCLUDE and $GENERATE are refused by name.
Result<ZoneFile> parse_zone_file(std::string_view text, std::string_view file_name,
                                 std::string_view origin);

}  // namespace lr::domain
