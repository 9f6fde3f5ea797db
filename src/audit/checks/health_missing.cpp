#include <fmt/format.h>

#include "audit/sites.h"

namespace lr::audit {

extern const CheckDef check_health_missing;

namespace {

constexpr std::string_view kReferences[] = {"CWE-778"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "health_missing"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> check_case(CheckContext& context, RouteCase route_case) {
  LR_CO_TRY(const Baseline* baseline, co_await context.session().exerciser().baseline(route_case));
  context.plan(1);
  if (!baseline->problem.empty()) co_return fail(Code::kUnavailable, baseline->problem);
  const int status = baseline->positive.status();
  const bool there = baseline->positive.ok() || status == 503;
  if (there && !baseline->absent) {
    context.proved();
    co_return Result<>();
  }
  Found found = context.finding(baseline->positive, fmt::format("answered {}", status));
  found.guard = "# only the application can serve it";
  context.found(cell_of(route_case), std::move(found));
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  const auto wanted = [](const RouteCase& route_case) { return route_case.route->health; };
  const auto body = [&context](RouteCase route_case) { return check_case(context, route_case); };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace

constinit const CheckDef check_health_missing{
    .id = "health.missing",
    .control = report::Control::kHealth,
    .title = "A promised health endpoint does not exist",
    .why = "Monitoring and releases look at a place that says nothing: failures go unseen.",
    .fix = "Serve the health endpoints that the contract names.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kHealth,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
