// Rule files in YAML: noseyparker and kingfisher (`rules:`), trufflehog (`detectors:`).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "secrets/import/rule_import.h"

namespace lr::secrets {

/// Errors: kInvalidArgument with "file:line:column: why", kPayloadTooLarge.
Result<ImportedRules> import_yaml_rules(std::string_view text, const std::string& file_name);

}  // namespace lr::secrets
