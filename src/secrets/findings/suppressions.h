// launchready-secrets.yaml: the findings that somebody accepted, why and until when. One line per
// entry, sorted, no dates of writing, so that two branches merge line by line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "secrets/findings/inventory.h"

namespace lr::secrets {

/// Stands in place of a fingerprint in an entry that accepts that something at its path cannot be
/// read: an archive that was cut off long ago.
inline constexpr std::string_view kNotCovered = "not-covered";

struct Suppression {
  std::string fingerprint;  ///< "lrs1:…", or kNotCovered.
  std::string owner;        ///< Who answers for it.
  std::string reason;
  std::chrono::sys_days expires{};  ///< The first day on which it counts no more.
  std::string path;                 ///< Glob (see matches_glob); "" covers every place.
  std::uint32_t line = 0;           ///< In the file, for messages; 0 for new ones.
};

class Suppressions {
 public:
  static constexpr std::string_view kFileName = "launchready-secrets.yaml";
  static constexpr std::size_t kFileBytes = 16u << 20;

  /// No entries and no key of its own yet.
  Suppressions() = default;
  /// Errors (kInvalidArgument) name file, line and cure.
  static Result<Suppressions> parse(std::string_view text, std::string_view file_name);
  /// A file that does not exist is an empty one.
  static Result<Suppressions> load(const std::string& path);

  /// The key of fingerprints: the file's, or kDefaultFingerprintKey.
  std::string_view key() const;
  bool has_key() const { return !key_.empty(); }
  /// For a new file: 32 hex digits.
  void set_key(std::string key) { key_ = std::move(key); }
  std::span<const Suppression> entries() const { return entries_; }
  /// Replaces an entry of the same fingerprint and path.
  void add(Suppression entry);
  std::string text() const;
  /// All or nothing: written beside its place and renamed over it.
  Result<> save(const std::string& path) const;

 private:
  std::string key_;
  std::vector<Suppression> entries_;  ///< Sorted by fingerprint, then path.
};

/// What suppressions did to a list of findings.
struct SuppressionOutcome {
  std::vector<SecretFinding> open;
  std::uint64_t suppressed = 0;      ///< Findings with no place left.
  std::vector<Suppression> expired;  ///< Would have covered an open finding.
  std::vector<Suppression> stale;    ///< Cover nothing that was found.
};
/// `today`: entries that expire on this day or before cover nothing.
SuppressionOutcome suppress(std::vector<SecretFinding> findings, const Suppressions& suppressions,
                            std::chrono::sys_days today);

struct GapOutcome {
  std::uint64_t accepted = 0;
  std::vector<Suppression> expired;  ///< Would have covered a gap.
  std::vector<Suppression> stale;    ///< Cover no gap any more.
};
/// Takes the gaps out of `coverage` that entries for kNotCovered accept. Only gaps that were kept
/// can be accepted.
GapOutcome accept_gaps(Coverage& coverage, const Suppressions& suppressions,
                       std::chrono::sys_days today);

/// "2027-01-31", or nullopt.
std::optional<std::chrono::sys_days> parse_day(std::string_view text);
std::string day_text(std::chrono::sys_days day);

}  // namespace lr::secrets
