// Bad bodies for every route that promises to check its bodies.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "audit/check_context.h"

namespace lr::audit {

/// A request whose body is wrong in one way.
struct BadBody {
  std::string form;
  std::string body;
  std::string content_type;  ///< "" keeps the right one.
};

struct BodyAttack {
  /// From a valid body text and the route to the wrong ones.
  std::function<std::vector<BadBody>(const contract::Route& route, const std::string& valid)> make;
  /// False: only a server error is a finding; a success is the product's decision.
  bool success_is_found = true;
  /// A cut connection refuses as well as an answer does, if the target still answers afterwards.
  bool may_cut = true;
};

/// Settles every form on every route with a JSON body: 4xx proves; 5xx, and a success where it
/// must not be, are findings.
net::Task<> run_body_attack(CheckContext& context, BodyAttack attack);

}  // namespace lr::audit
