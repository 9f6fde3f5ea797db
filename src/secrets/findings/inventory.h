// Every secret once, with every place where it stands. The value itself is not kept: a keyed
// fingerprint tells whether two are the same, and a mask tells a human which one it is.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "secrets/scanner.h"

namespace lr::secrets {

struct SecretFinding {
  std::string fingerprint;  ///< "lrs1:" + 32 hex digits: HMAC-SHA-256 of family and value.
  std::string rule;
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
  std::vector<Place> places;      ///< At most kPlacesKept, sorted.
  std::uint64_t places_seen = 0;  ///< All of them.
  static constexpr std::size_t kPlacesKept = 100;
};

class Inventory final : public CandidateSink {
 public:
  /// `key`: the project's fingerprint key (see suppressions.h).
  explicit Inventory(std::string key);
  void found(const Candidate& candidate) override;
  /// Asks the source to complete the places of what was found since the last call.
  void locate(Source& source);
  /// Sorted: worst first, then by fingerprint.
  std::vector<SecretFinding> findings() const;

 private:
  std::string key_;
  std::map<std::string, SecretFinding, std::less<>> by_fingerprint_;
};

}  // namespace lr::secrets
