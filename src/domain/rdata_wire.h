// RDATA as it stands on the wire (RFC 1035 section 3.3 and the RFC of each type).
#pragma once

#include <string_view>

#include "base/error.h"
#include "domain/dns.h"

namespace lr::domain {

/// `wire` holds no compressed names, as resolvers hand it out. Errors: kInvalidArgument when it is
/// too short, too long, or has a name that is none. Types that no check reads become Opaque.
Result<Rdata> decode_rdata(RecordType type, std::string_view wire);

}  // namespace lr::domain
