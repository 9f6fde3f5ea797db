// Names as people write them, made into names that the DNS knows.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "domain/dns.h"

namespace lr::domain {

/// "Bücher.example." → "xn--bcher-kva.example": A-labels (IDNA 2008 with the mapping of UTS 46),
/// lower case, no trailing dot. Errors: kInvalidArgument for what cannot be a host name, with the
/// reason.
Result<std::string> to_ascii_name(std::string_view name);

/// The name of the zone that `host` belongs to: the closest name at or above it that has an SOA
/// record; "" when nobody could say.
std::string zone_apex(Resolver& resolver, std::string_view host);

}  // namespace lr::domain
