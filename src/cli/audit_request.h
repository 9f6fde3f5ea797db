// From the arguments of `launchready audit` to AuditOptions, with every mistake found before the
// first request leaves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.h"
#include "cli/verb.h"

namespace lr::cli {

struct AuditRequest {
  std::unique_ptr<contract::Contract> contract;  ///< Null without one; `options` points at it.
  audit::AuditOptions options;
};

Result<AuditRequest> read_audit_request(const Arguments& arguments);
/// Check and control ids of --only; others than those and `known` are errors with the nearest id.
Result<std::vector<std::string>> read_only_list(std::string_view list,
                                                std::vector<std::string_view> known);
/// The file that --ca names, or "". Errors when it holds no certificate.
Result<std::string> read_ca_file(const Arguments& arguments);
/// The ids of every check.
std::vector<std::string_view> known_ids();

}  // namespace lr::cli
