// Every secret once, with every place where it stands. Values are kept in lr::Secret until the
// inventory dies, so that they can be kept out of what is said about them; a keyed fingerprint
// tells whether two are the same, and a mask tells a human which one it is.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"
#include "secrets/exact/exact_values.h"
#include "secrets/findings/masking.h"
#include "secrets/scanner.h"

namespace lr::secrets {

struct SecretFinding {
  std::string fingerprint;  ///< See fingerprint_of().
  /// The same value under the other rule families that matched it: suppressions may name these.
  std::vector<std::string> aliases;
  std::string rule;  ///< "exact-value" when only the contract knew it.
  std::string provider;
  std::string title;
  std::string masked;  ///< "sk_live_…(32 characters)": never more than a public prefix.
  Kind kind = Kind::kSecret;
  Confidence confidence = Confidence::kMedium;
  bool proved = false;
  std::string live_as;  ///< The contract's name of the variable that has this value now, or "".
  std::string note;
  std::string rotate;
  std::string dashboard;
  std::string owner;              ///< From the contract or a suppression; "" when unknown.
  std::vector<Place> places;      ///< At most kPlacesKept, sorted.
  std::uint64_t places_seen = 0;  ///< All of them, one per line.
  static constexpr std::size_t kPlacesKept = 100;
};

/// The id under which a value of the contract is found that no rule knows.
inline constexpr std::string_view kExactRule = "exact-value";

/// found() and found_value() may be called from several threads; everything else when none of them
/// is running. What it says does not depend on the order in which things were found.
class Inventory final : public CandidateSink {
 public:
  Inventory();
  ~Inventory() override;
  Inventory(const Inventory&) = delete;
  Inventory& operator=(const Inventory&) = delete;

  /// Values that are in use now: what has one of them says so in `live_as`.
  void know(std::span<const NamedSecret> secrets);

  void found(const Candidate& candidate) override;
  /// `secret`, found by value. `encoding` goes to the end of the place's `via`.
  void found_value(const NamedSecret& secret, Encoding encoding, Place place);
  /// Asks the source to complete the places of what was found since the last call.
  void locate(Source& source);
  /// One occurrence that a rule found. Views live only during the question.
  struct Occurrence {
    const Rule& rule;
    const Place& place;
    std::string_view value;
  };
  /// Takes out the places for which `covers` holds; returns how many.
  std::size_t drop_places(const std::function<bool(const Occurrence&)>& covers);

  /// Sorted: worst first, then by fingerprint. Findings without a place left are not in it. No text
  /// of it holds a value. `key`: the project's (see suppressions.h).
  std::vector<SecretFinding> findings(std::string_view key) const;
  /// The fingerprint under `new_key` of the finding that has this one under `old_key`; "" when
  /// there is none.
  std::string rekeyed(std::string_view fingerprint, std::string_view old_key,
                      std::string_view new_key) const;
  /// Whether a git object holds a finding, also one whose place was taken out or is not kept.
  bool holds_git_objects() const;
  /// Places that a comment on their line allows.
  std::uint64_t allowed_inline() const;
  /// Takes every value found or known out of other texts (coverage, URLs, errors). Lives until
  /// something else is found.
  const Masking& masking() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lr::secrets
