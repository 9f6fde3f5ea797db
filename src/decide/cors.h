// Cross-origin decisions (Fetch standard): exact origins, never a reflection.
#pragma once

#include <string>
#include <string_view>

#include "contract/contract.h"

namespace lr::decide {

/// Exact, byte-wise membership. "null" and "*" are never origins.
bool origin_allowed(const contract::Cors& cors, std::string_view origin);

struct PreflightVerdict {
  bool allowed = false;
  std::string allow_methods;
  std::string allow_headers;
};
/// `allowed_methods` are those of the path; requested headers must be on the safe list plus
/// Authorization, Content-Type, the API key header, X-Request-Id, Last-Event-ID, traceparent.
PreflightVerdict decide_preflight(const contract::Contract& contract, std::string_view origin,
                                  std::string_view requested_method,
                                  std::string_view requested_headers,
                                  contract::MethodSet allowed_methods);

}  // namespace lr::decide
