// Suppressions that other scanners' users already have: .gitleaksignore, gitleaks reports used as
// a baseline, and detect-secrets' .secrets.baseline. What they say is kept as places and digests;
// values that stand in a gitleaks baseline in clear are hashed while reading and not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/document.h"
#include "text/yaml.h"

namespace lr::secrets {

/// Bounds of one file; beyond them reading refuses with kPayloadTooLarge.
inline constexpr std::size_t kSuppressionFileBytes = 64ull << 20;
inline constexpr std::size_t kSuppressionEntries = 1'000'000;

/// One entry of a foreign file. Every field that is set must agree; an empty one means "any".
struct ImportedSuppression {
  enum class Format : std::uint8_t { kGitleaksIgnore, kGitleaksBaseline, kDetectSecretsBaseline };
  Format format = Format::kGitleaksIgnore;
  std::string rule;         ///< gitleaks rule id, or detect-secrets type ("AWS Access Key").
  std::string path;         ///< As the file has it: relative to the repository, '/' separated.
  std::string commit;       ///< Object id in lower-case hex.
  std::uint32_t line = 0;   ///< From 1; 0 for any.
  std::string secret_sha1;  ///< Lower-case hex of SHA-1 over the value; "" when not known.
  text::Mark mark;          ///< Where in the foreign file, for reports of stale entries.
};
/// ".gitleaksignore", "gitleaks baseline", "detect-secrets baseline"
std::string_view format_name(ImportedSuppression::Format format);

struct SuppressionFile {
  std::vector<ImportedSuppression> entries;
  /// What could not be used and why, as "file:line:column: why": entries audited as real secrets,
  /// lines that are no fingerprint.
  std::vector<std::string> notes;
};

/// Lines `commit:path:rule:line` and `path:rule:line`; '#' starts a comment. Never fails on
/// content, only on size: a line that cannot be read is a note.
Result<SuppressionFile> import_gitleaks_ignore(std::string_view text, std::string_view file_name);
/// A gitleaks report (`--report-format json`). Redacted values leave place and rule only.
Result<SuppressionFile> import_gitleaks_baseline(std::string_view text, std::string_view file_name);
/// Entries audited with `is_secret: true` stay findings: somebody said they are real.
Result<SuppressionFile> import_detect_secrets_baseline(std::string_view text,
                                                       std::string_view file_name);
/// Tells the three apart by content.
Result<SuppressionFile> import_suppressions(std::string_view text, std::string_view file_name);

/// What is asked of an entry. Digest and place are of one occurrence of a finding.
struct SuppressionQuestion {
  std::string_view rule;         ///< Id of the rule that matched.
  std::string_view family;       ///< Its family.
  const Place* place = nullptr;  ///< Not null.
  std::string_view secret_sha1;  ///< See secret_sha1_of().
};
/// The digest that `ImportedSuppression::secret_sha1` is compared with.
std::string secret_sha1_of(std::string_view secret);

/// Whether the entry covers this occurrence. A known value decides by itself together with the
/// path, so that line moves do not matter; without one, path and line (and commit, when given)
/// must agree, and the rule must be the same, or one of the same provider, or a generic one.
bool covers(const ImportedSuppression& entry, const SuppressionQuestion& question);

}  // namespace lr::secrets
