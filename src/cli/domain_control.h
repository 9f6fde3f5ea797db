// The controls DNS, MAIL, TLS, EDGE and a part of HEADERS of an audit: the domain of the contract,
// or the one that the target's host belongs to.
#pragma once

#include "audit/audit.h"

namespace lr::cli {

/// Reads `options.contract`, `target`, `only` and `ca_file` when the audit runs; all must live
/// until then.
audit::AuditOptions::Contributor domain_control(const audit::AuditOptions& options);

}  // namespace lr::cli
