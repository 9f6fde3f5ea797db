// For every defect one question whose answer is yes exactly when that defect is on.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lab/testing/visitor.h"

namespace lr::lab::testing {

struct Probe {
  std::string_view defect;
  bool (*broken)(Visitor& visitor);
};

std::span<const Probe> identity_probes();  ///< AUTHN.
std::span<const Probe> rights_probes();    ///< AUTHZ and OWNER.
std::span<const Probe> answer_probes();    ///< CORS, HEADERS, ERRORS, SURFACE, HEALTH.
std::span<const Probe> input_probes();     ///< INPUT.
/// What the limits do, measured in one go since every burst uses the quota up.
struct LimitFacts {
  bool chat_limited = false;
  bool account_limited = false;
  bool address_limited = false;
  bool header_escapes = false;
  bool tells_when = false;
};
LimitFacts measure_limits(Visitor& visitor);

}  // namespace lr::lab::testing
