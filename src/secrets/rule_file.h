// Rule files: src/secrets/rules/<family>.yaml and files of the same form that a project adds. The
// format is docs/formats/secret-rules.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/rule.h"

namespace lr::secrets {

/// The rules of one file. `name` is the file's name for error messages; its stem must be the
/// family. Errors: kInvalidArgument with detail "name:line:column: why", for anything unknown,
/// missing or of the wrong form. Whether patterns compile is Catalogue::compile()'s business.
Result<std::vector<Rule>> parse_rule_file(std::string_view text, std::string_view name);

}  // namespace lr::secrets
