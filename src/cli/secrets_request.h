// From the arguments of `launchready secrets` to a scan, with every mistake found before it starts.
#pragma once

#include <chrono>
#include <string>

#include "cli/secrets_scan.h"
#include "cli/verb.h"
#include "secrets/import/rule_import.h"

namespace lr::cli {

/// Today in UTC.
std::chrono::sys_days today();

Result<ScanRequest> read_scan_request(const Arguments& arguments);
/// The suppressions file: --suppressions, else launchready-secrets.yaml beside the first target.
std::string suppressions_path(const Arguments& arguments);
/// The rules of one file in our own form or in that of another scanner. Rules that do not compile
/// are notes. `digest`, unless null, becomes that of the file and of all that it extends.
Result<secrets::ImportedRules> read_rule_file(const std::string& path,
                                              std::string* digest = nullptr);

/// The entry that --suppress, --owner, --reason, --expires and --under ask for.
Result<secrets::Suppression> read_suppression(const Arguments& arguments);

}  // namespace lr::cli
