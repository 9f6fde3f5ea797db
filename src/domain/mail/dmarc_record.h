// The DMARC policy record (RFC 9989 section 4.7; RFC 7489 section 6.3 for the tags that it drops).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

enum class DmarcPolicy : std::uint8_t { kNone, kQuarantine, kReject };
std::string_view dmarc_policy_name(DmarcPolicy policy);  ///< "none", "quarantine", "reject"

/// psd=: what the domain says it is (RFC 9989 only).
enum class DmarcDomainKind : std::uint8_t { kUnsaid, kPublicSuffix, kOrganization };

/// A report address of rua= or ruf=.
struct DmarcReportUri {
  std::string uri;                   ///< As written, without the size limit.
  std::string domain;                ///< Of a mailto: address, lower case; "" otherwise.
  std::optional<std::string> limit;  ///< "!10m" of RFC 7489, which RFC 9989 drops.
};

/// Something in the record that is not as it should be; the record is used all the same.
struct DmarcProblem {
  std::size_t begin = 0;  ///< The tag's bytes in the record.
  std::size_t end = 0;
  std::string why;
};

struct DmarcRecord {
  std::optional<DmarcPolicy> policy;      ///< p=
  std::optional<DmarcPolicy> subdomains;  ///< sp=
  std::optional<DmarcPolicy> missing;     ///< np=: subdomains that do not exist.
  bool strict_dkim = false;               ///< adkim=s
  bool strict_spf = false;                ///< aspf=s
  bool testing = false;                   ///< t=y
  int percent = 100;                      ///< pct=, RFC 7489 only.
  DmarcDomainKind kind = DmarcDomainKind::kUnsaid;
  std::vector<DmarcReportUri> aggregate;  ///< rua=
  std::vector<DmarcReportUri> failure;    ///< ruf=
  std::string failure_options;            ///< fo=, "" when not given.
  std::vector<DmarcProblem> problems;

  bool invalid_policy = false;   ///< p= or sp= is there and is none of the three.
  bool invalid_missing = false;  ///< So is np=.
};

/// Does the text begin with v=DMARC1? The value is in this case, the tag's name in any; spaces may
/// be around the sign (RFC 9989 section 4.8).
bool is_dmarc_record(std::string_view text);

/// Errors: kInvalidArgument only when is_dmarc_record() is false. Unknown tags are ignored;
/// errors in known ones are noted and their defaults used.
Result<DmarcRecord> parse_dmarc(std::string_view text);

}  // namespace lr::domain
