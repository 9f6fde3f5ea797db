// One TOML rule file of gitleaks or betterleaks as it stands, before `[extend]` is followed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/import/rule_import.h"

namespace lr::secrets {

struct TomlRuleFile {
  std::vector<Rule> rules;  ///< May lack a pattern: those change a rule of the extended file.
  /// `[[allowlists]]` and `[allowlist]`, with the ids that each is for; none: for all.
  struct Global {
    Allowlist allow;
    std::vector<std::string> rules;
  };
  std::vector<Global> allowlists;
  bool extend_default = false;
  std::string extend_path;
  std::vector<std::string> disabled;
  text::Mark extend_mark;
  std::vector<ImportNote> notes;
};

/// Errors: kInvalidArgument with "file:line:column: why" when it is not TOML, kPayloadTooLarge.
Result<TomlRuleFile> read_toml_rules(std::string_view text, const std::string& file_name);

}  // namespace lr::secrets
