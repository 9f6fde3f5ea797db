// Strict-Transport-Security (RFC 6797 section 6.1) and what the browsers' preload list asks for
// (hstspreload.org, "Submission Requirements").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/web/visitor.h"

namespace lr::domain {

inline constexpr std::uint64_t kHstsYear = 31'536'000;      ///< Seconds; the preload list's least.
inline constexpr std::uint64_t kHstsTwoYears = 63'072'000;  ///< Mozilla guidelines 6.0.

struct HstsPolicy {
  std::uint64_t max_age = 0;  ///< Seconds; saturates.
  bool include_subdomains = false;
  bool preload = false;  ///< No word of the RFC: the browsers' list reads it.
};

/// Errors: kInvalidArgument with the reason; such a field has no effect at all.
Result<HstsPolicy> parse_hsts(std::string_view value);

/// What the preload rules look at.
struct PreloadFacts {
  const Visit& https;                 ///< https://domain/
  const Visit& http;                  ///< http://domain/
  std::optional<Visit> www{};         ///< https://www.domain/ when that name has an address.
  bool is_registrable_domain = true;  ///< Only those can be listed.
};
struct PreloadRule {
  std::string_view id;    ///< "max_age"
  std::string_view says;  ///< What must hold, in a sentence.
};
/// The rules that do not hold; empty: eligible. Nullopt when some visit stayed without an answer.
std::optional<std::vector<PreloadRule>> broken_preload_rules(const PreloadFacts& facts);

}  // namespace lr::domain
