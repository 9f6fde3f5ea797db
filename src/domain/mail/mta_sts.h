// MTA-STS (RFC 8461): the record that says that there is a policy, and the policy's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct MtaStsRecord {
  std::string id;  ///< 1 to 32 letters and digits; a new one tells senders to fetch again.
};

/// Does the text begin with v=STSv1 (section 3.1)? Records that do not are ignored.
bool is_mta_sts_record(std::string_view text);

/// Errors: kInvalidArgument with "column N: why".
Result<MtaStsRecord> parse_mta_sts_record(std::string_view text);

enum class MtaStsMode : std::uint8_t { kNone, kTesting, kEnforce };
std::string_view mta_sts_mode_name(MtaStsMode mode);  ///< "none", "testing", "enforce"

/// Section 3.2.
struct MtaStsPolicy {
  MtaStsMode mode = MtaStsMode::kNone;
  std::uint32_t max_age = 0;    ///< Seconds.
  std::vector<std::string> mx;  ///< "mail.example.com" or "*.example.com", lower case.
};

inline constexpr std::size_t kMtaStsPolicyBytes = 64u << 10;    ///< Section 3.3 suggests this.
inline constexpr std::uint32_t kMtaStsMaxAgeMost = 31'557'600;  ///< A year (section 3.2).

/// Errors: kInvalidArgument with "line N: why".
Result<MtaStsPolicy> parse_mta_sts_policy(std::string_view text);

/// The policy in the form of section 3.2, lines ended by CRLF.
std::string mta_sts_policy_text(const MtaStsPolicy& policy);

/// Does one of the patterns match the host (section 4.1: '*' is exactly one label)?
bool mta_sts_covers(const MtaStsPolicy& policy, std::string_view host);

}  // namespace lr::domain
