// What a contract says about one request: the route, its rules with their lines, and what every
// kind of caller gets. The decisions are those of decide/, the same that the guard enforces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "decide/access.h"

namespace lr::cli {

/// One kind of caller and the answer.
struct CallerRow {
  std::string who;  ///< "viewer, the owner"
  decide::Decision decision;
};

struct RouteExplanation {
  std::string method;
  std::string path;                        ///< Canonical.
  const contract::Route* route = nullptr;  ///< Null when nothing matches.
  contract::MethodSet allowed = 0;  ///< What the path allows, when the method does not match.
  std::vector<CallerRow> callers;
};

/// Errors: kInvalidArgument for a method or path that no request may have.
Result<RouteExplanation> explain_route(const contract::Contract& contract, std::string_view method,
                                       std::string_view path);
std::string explanation_text(const contract::Contract& contract,
                             const RouteExplanation& explanation);
std::string explanation_json(const contract::Contract& contract,
                             const RouteExplanation& explanation);

}  // namespace lr::cli
