// SMTP TLS reporting (RFC 8460): where other mail servers report failed TLS to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace lr::domain {

struct TlsRptAddress {
  std::string uri;     ///< "mailto:tls@example.com" or "https://…", as written.
  std::string domain;  ///< Of a mailto: address, lower case; "" for https:.
};

struct TlsRptRecord {
  std::vector<TlsRptAddress> addresses;  ///< rua=, at least one.
};

/// Does the text begin with v=TLSRPTv1 (section 3)? Records that do not are ignored.
bool is_tls_rpt_record(std::string_view text);

/// Errors: kInvalidArgument with "column N: why".
Result<TlsRptRecord> parse_tls_rpt(std::string_view text);

}  // namespace lr::domain
