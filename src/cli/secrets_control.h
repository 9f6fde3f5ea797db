// The SECRETS control of an audit: the folders that the contract names, and the front end of the
// target.
#pragma once

#include "audit/audit.h"

namespace lr::cli {

/// Reads `options.contract`, `target` and `ca_file` when the audit runs; all must live until then.
audit::AuditOptions::Contributor secrets_control(const audit::AuditOptions& options);

}  // namespace lr::cli
