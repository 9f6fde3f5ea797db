// What the domain has told senders about TLS of its mail: the MTA-STS policy (RFC 8461).
#pragma once

#include <string>

#include "domain/network.h"
#include "domain/smtp/mx_judge.h"

namespace lr::domain {

/// Looks the record up and fetches the policy. Blocks. No record is no demand.
TlsDemand tls_demand_of(const Network& network, const std::string& domain);

}  // namespace lr::domain
