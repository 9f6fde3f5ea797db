// Judges the MX records of the product's mail domain for the area mx.
#pragma once

#include "domain/inspection.h"

namespace lr::domain {

void judge_mx(Inspection& inspection);

/// Addresses that nobody on the internet can reach: private, shared, link-local, documentation,
/// unspecified (RFC 6890). Loopback is not among them: see text::IpAddress::is_loopback().
bool is_unreachable_address(const text::IpAddress& ip);

}  // namespace lr::domain
