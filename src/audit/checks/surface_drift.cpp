#include <fmt/format.h>

#include "audit/sites.h"

namespace lr::audit {

extern const CheckDef check_surface_drift;

namespace {

constexpr std::string_view kReferences[] = {"OWASP API9:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "route_in_contract_missing"},
    {Sample::Kind::kFixed, ""},
};

/// With objects of its own in the path, a 404 for the allowed identity can only mean the route. For
/// a minted person a 404 may mean the person, so there only the look of an unknown path counts.
bool is_missing(CheckContext& context, const Baseline& baseline) {
  if (baseline.absent) return true;
  const int status = baseline.positive.status();
  if (status != 404 && status != 405 && status != 501) return false;
  const bool minted = baseline.persona != nullptr && baseline.persona->declared == nullptr;
  return !minted || context.session().not_found().matches(baseline.positive);
}

net::Task<> check_case(CheckContext& context, RouteCase route_case) {
  LR_CO_TRY(const Baseline* baseline, co_await context.session().exerciser().baseline(route_case));
  if (baseline->manner == Manner::kUntouchable) co_return Result<>();
  context.plan(1);
  if (!baseline->problem.empty()) co_return fail(Code::kUnavailable, baseline->problem);
  if (!is_missing(context, *baseline)) {
    context.proved();
    co_return Result<>();
  }
  Found found =
      context.finding(baseline->positive, fmt::format("answered {}", baseline->positive.status()));
  found.guard = "# only the application can serve it; or take the line out of the contract";
  context.found(cell_of(route_case), std::move(found));
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  const auto wanted = [](const RouteCase& route_case) {
    // Open paths cannot be asked for; health routes have a check of their own.
    return !probe::has_free_path(*route_case.route) && !route_case.route->health;
  };
  const auto body = [&context](RouteCase route_case) { return check_case(context, route_case); };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace

constinit const CheckDef check_surface_drift{
    .id = "surface.drift",
    .control = report::Control::kSurface,
    .title = "A promised route does not exist",
    .why =
        "The contract, and with it monitoring and handover, speaks of something that is "
        "not there.",
    .fix = "Serve the route, or take it out of the contract.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kContract,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
