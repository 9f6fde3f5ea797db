// Roles and scopes of the route.
#include "guard/filter.h"

namespace lr::guard {

extern const FilterDef filter_roles;

namespace {

constexpr std::string_view kAfter[] = {"limits_caller"};

class RolesFilter final : public Filter {
 public:
  Verdict on_request(Exchange& exchange) override {
    const decide::Identity* identity =
        exchange.caller != nullptr ? &exchange.caller->identity : nullptr;
    const decide::Decision decision = decide::decide_roles(*exchange.route, identity);
    if (decision.allowed) return Verdict::pass();
    return Verdict::reject(decision.code, decide::reason_name(decision.reason), decision.at);
  }
};

Result<std::unique_ptr<Filter>> make(const Services& /*services*/) {
  return std::make_unique<RolesFilter>();
}

constexpr FilterSample kSamples[] = {
    {"pass: a viewer reads", "",
     "GET /private HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 200,
     "X-Launchready-Roles: viewer\n"},
    {"reject: a viewer is not an admin", "",
     "GET /admin/users HTTP/1.1\nHost: a\nAuthorization: Bearer {token}\n\n", 403,
     "permission_denied"},
};

}  // namespace

constinit const FilterDef filter_roles{
    .id = "roles",
    .title = "Demands the roles and scopes of the route",
    .after = kAfter,
    .why_after = "trying doors counts against the user's limits",
    .section = "routes[].access",
    .make = make,
    .samples = kSamples,
};

}  // namespace lr::guard
