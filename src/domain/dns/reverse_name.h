// Names below in-addr.arpa and ip6.arpa.
#pragma once

#include <string>

#include "text/ip.h"

namespace lr::domain {

/// "1.2.0.192.in-addr.arpa" (RFC 1035 section 3.5), or the nibbles of RFC 3596.
std::string reverse_name(const text::IpAddress& ip);

}  // namespace lr::domain
