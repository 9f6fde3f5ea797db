// A scan's outcome as findings, check rows and rule texts of a report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/report.h"
#include "secrets/document.h"
#include "secrets/findings/inventory.h"
#include "secrets/findings/placement.h"
#include "secrets/findings/suppressions.h"

namespace lr::secrets {

/// Something that is no secret by itself and should be known: a public source map.
struct Notice {
  std::string id;  ///< "public-source-map"
  std::string url;
  std::string detail;
};

/// Everything that a scan has to say, ready to be shown: no text of it holds a secret.
struct ScanSummary {
  std::string searched;                 ///< What was read: ". and https://acme.example/".
  std::vector<SecretFinding> findings;  ///< Open, worst first.
  std::vector<Notice> notices;
  Coverage coverage;
  /// Only what changed was searched. Nothing changed is an answer then, and not a search that found
  /// nothing to read.
  bool changes_only = false;
  std::uint64_t suppressed = 0;
  std::uint64_t accepted_gaps = 0;  ///< Places that could not be read, and may.
  std::uint64_t allowed_inline = 0;
  std::uint64_t imported = 0;  ///< Places that files of other scanners accept.
  std::vector<Suppression> expired;
  std::vector<Suppression> stale;
  /// Names of values that were searched for, and why others were not ("DB_URL: not set here").
  std::vector<std::string> exact;
  std::vector<std::string> not_exact;
};

/// The check that passes when everything could be read. Each kind of secret that was found has a
/// check of its own.
inline constexpr std::string_view kSecretsCheck = "secrets.coverage";

/// "src/config.js:12", "https://acme.example/app.js (src/ai.ts:41)", "commit message of 3f2ab1c".
std::string place_name(const Place& place);
/// The same with commit, author and reachability.
std::string place_story(const Place& place);
/// What to do, as sentences: the contract's or the provider's steps, and what follows from where it
/// stands (history keeps it; a served file must be replaced).
std::string remedy(const SecretFinding& finding);
/// All that was to be searched was, and there was something.
bool is_complete(const ScanSummary& summary);
/// A finding above info: the scan is not clean.
bool has_open_finding(const ScanSummary& summary);
/// Applies the contract, the suppressions and the masks, in this order.
ScanSummary summarise(const Inventory& inventory, std::span<const SecretTerms> terms,
                      const Suppressions& suppressions, std::chrono::sys_days today);

struct ReportPart {
  std::vector<report::CheckRow> checks;
  std::vector<report::Finding> findings;
  std::vector<report::Inconclusive> inconclusive;
  std::vector<report::RuleText> rules;
};
ReportPart report_part(const ScanSummary& summary);

}  // namespace lr::secrets
