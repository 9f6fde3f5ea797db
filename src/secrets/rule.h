// A secret rule as data: what one kind of credential looks like and how sure a match is.
//
// The rules of the product stand in rules/*.yaml, one file per provider family; imported formats
// (gitleaks TOML and others) become the same Rule. `pattern` is RE2 syntax, so matching is linear
// in the input for every rule, ours or not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lr::secrets {

enum class Confidence : std::uint8_t { kLow, kMedium, kHigh };
std::string_view confidence_name(Confidence confidence);  ///< "low", "medium", "high"

/// kPublishable: made to be seen by browsers; a finding only where the contract forbids it.
/// kIdentifier: names an account and opens nothing (an AWS account id, a client id).
enum class Kind : std::uint8_t { kSecret, kPublishable, kIdentifier };
std::string_view kind_name(Kind kind);  ///< "secret", "publishable", "identifier"

/// A proof that needs no network: the credential carries its own check digits or structure.
enum class Proof : std::uint8_t {
  kNone,
  kGithubCrc32,  ///< Six base62 digits of CRC-32 over the entropy part.
  kNpmCrc32,     ///< As GitHub's.
  kJwt,          ///< Header and claims decode; there is an `alg`.
  kPem,          ///< A private key block that decodes.
  kBase64Der,    ///< A private key that decodes, without the lines of PEM.
  kAwsAccount,   ///< An access key id whose base32 part names an account.
};

/// Ways to say "not this one", on the secret, the match, its line, the path or the commit.
struct Allowlist {
  enum class Target : std::uint8_t { kSecret, kMatch, kLine };
  bool all = false;  ///< Every list below must apply (condition AND); else any one.
  Target target = Target::kSecret;
  std::vector<std::string> patterns;   ///< RE2.
  std::vector<std::string> paths;      ///< RE2 on the path.
  std::vector<std::string> commits;    ///< Full object ids.
  std::vector<std::string> stopwords;  ///< Substrings of the secret, case-insensitive.
};

/// Another rule that must match close by (gitleaks `[[rules.required]]`).
struct Companion {
  std::string rule;
  std::optional<std::uint32_t> within_lines;
  std::optional<std::uint32_t> within_columns;
};

struct Rule {
  std::string id;        ///< "stripe-secret-key"
  std::string family;    ///< File it stands in and name for fingerprints: "stripe".
  std::string provider;  ///< "Stripe"
  std::string title;     ///< "Stripe live secret key"
  Kind kind = Kind::kSecret;
  Confidence confidence = Confidence::kMedium;  ///< Before filters and proofs move it.
  std::string pattern;                          ///< RE2; "" for rules on the path alone.
  /// Instead of a pattern: RE2 of a value without a look of its own, found where a name that holds
  /// a keyword is given it (docs/formats/secret-rules.md).
  std::string assigned;
  int secret_group = 0;               ///< 0: the first group that matched, or the whole match.
  std::string path;                   ///< RE2 on the path; "" for any.
  std::vector<std::string> keywords;  ///< One must be near, case-insensitive; empty for none.
  double entropy = 0;                 ///< Least Shannon entropy of the secret, bits per byte.
  bool token_efficiency = false;      ///< Reject what reads like words (see filters/).
  bool placeholder_filter = true;     ///< Reject "xxxx", "your-key-here", "changeme"…
  std::uint32_t max_width = 0;        ///< Longest match in bytes; 0 computed, or unbounded.
  Proof proof = Proof::kNone;
  std::vector<Allowlist> allowlists;
  std::vector<Companion> companions;
  bool report = true;                 ///< False: only serves companions (gitleaks skipReport).
  std::string rotate;                 ///< How to revoke and replace it, one or two sentences.
  std::string dashboard;              ///< Where: a public https URL, or "".
  std::vector<std::string> positive;  ///< Sample templates that must be found (see samples.h).
  std::vector<std::string> negative;  ///< Sample templates that must not.
};

}  // namespace lr::secrets
