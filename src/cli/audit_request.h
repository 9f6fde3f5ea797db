// From the arguments of `launchready audit` to AuditOptions, with every mistake found before the
// first request leaves.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "audit/audit.h"
#include "cli/verb.h"

namespace lr::cli {

struct AuditRequest {
  std::unique_ptr<contract::Contract> contract;  ///< Null without one; `options` points at it.
  audit::AuditOptions options;
};

Result<AuditRequest> read_audit_request(const Arguments& arguments);
/// Check and control ids of --only; unknown ones are errors with the nearest id.
Result<std::vector<std::string>> read_only_list(std::string_view list,
                                                std::span<const audit::CheckDef* const> checks);

}  // namespace lr::cli
