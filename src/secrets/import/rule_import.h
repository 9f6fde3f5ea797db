// Rule files of other scanners, as rules of ours. Nothing is dropped in silence: what cannot be
// kept is a note with its place.
//
// Read: gitleaks v8 TOML, betterleaks TOML (the same with Expr filters), noseyparker and kingfisher
// YAML, custom detectors of trufflehog (YAML).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/rule.h"
#include "text/yaml.h"

namespace lr::secrets {

// Bounds of what a rule file may ask for; beyond them it is refused with kPayloadTooLarge.
inline constexpr std::size_t kRuleFileBytes = 8ull << 20;
inline constexpr std::size_t kImportedRules = 20'000;
inline constexpr std::size_t kPatternBytes = 32 * 1024;
inline constexpr int kExtendDepth = 2;  ///< Files that extend files, as gitleaks counts.

/// Something of a rule file that does not work here as it does there.
struct ImportNote {
  std::string file;
  text::Mark mark;
  std::string rule;     ///< Id of the rule, or "".
  std::string dropped;  ///< "rule", "validate", "keywords"… : the part that is not kept as it is.
  std::string why;
  bool lost = false;  ///< The whole rule is lost.
};
/// "file:line:column: rule x: validate dropped: …"
std::string note_text(const ImportNote& note);

struct ImportedRules {
  std::vector<Rule> rules;
  std::vector<ImportNote> notes;
  /// `[extend] useDefault = true` and no default configuration at hand: the file wants to be read
  /// on top of a catalogue, so the product's own rules stay on.
  bool keep_built_in = false;
};

struct ImportOptions {
  /// Reads the file that `[extend] path` names; unset: extending by path is refused with a note.
  std::function<Result<std::string>(std::string_view path)> read;
  /// Text of gitleaks' default configuration for `useDefault`; "" when there is none.
  std::string default_configuration;
};

/// Errors: kPayloadTooLarge for a file over a bound, kInvalidArgument with "file:line:column: why"
/// when it is not TOML or YAML or has no rules in a known form.
Result<ImportedRules> import_rules(std::string_view text, std::string_view file_name,
                                   const ImportOptions& options = {});

/// Takes out the rules that do not compile or are too slow, each with a note, so that one bad rule
/// does not cost the others.
void drop_refused(ImportedRules& imported, std::string_view file_name, std::string_view text);

/// What `secrets rules lint` prints: one line for each note, in the order of the file.
std::vector<std::string> lint(const ImportedRules& imported);

}  // namespace lr::secrets
