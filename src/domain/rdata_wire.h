// RDATA as it stands on the wire (RFC 1035 section 3.3 and the RFC of each type).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "domain/dns.h"

namespace lr::domain {

/// `wire` holds no compressed names, as resolvers hand it out. Errors: kInvalidArgument when it is
/// too short, too long, or has a name that is none. Types that no check reads become Opaque.
Result<Rdata> decode_rdata(RecordType type, std::string_view wire);

/// The other way, with names uncompressed and in their own case. An Opaque from a zone file has no
/// wire form: "".
std::string encode_rdata(const Rdata& data);

/// Labels with their length bytes and the root's zero (RFC 1035 section 3.1).
std::string encode_name(std::string_view name);

}  // namespace lr::domain
