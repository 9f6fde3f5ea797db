#include <fmt/format.h>

#include <algorithm>

#include "audit/check_context.h"

namespace lr::audit {

extern const CheckDef check_health_truth;

namespace {

constexpr std::string_view kReferences[] = {"CWE-778"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "health_lies"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;
namespace json = text::json;

bool is_word_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view other) { return text::equals_ignoring_case(word, other); });
}

constexpr std::string_view kWell[] = {"ok", "up", "pass", "healthy", "green", "alive", "ready"};
constexpr std::string_view kIll[] = {"down",      "fail",        "failed",   "failing", "error",
                                     "unhealthy", "unavailable", "critical", "red"};

/// The pointer of something that is said to be down, or "".
std::string illness_in(const json::value& value, const std::string& place, int depth) {
  if (depth == 0) return "";
  if (value.is_string()) return is_word_of(value.get_string(), kIll) ? place : "";
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) {
      if (std::string found = illness_in(item, place, depth - 1); !found.empty()) return found;
    }
  }
  if (!value.is_object()) return "";
  for (const auto& member : value.get_object()) {
    std::string found =
        illness_in(member.value(), place + "/" + std::string(member.key()), depth - 1);
    if (!found.empty()) return found;
  }
  return "";
}

bool claims_well(const Exchange& answer) {
  if (!answer.ok()) return false;
  const auto document = answer.json();
  const json::value* status = document ? text::resolve_pointer(*document, "/status") : nullptr;
  return status == nullptr || !status->is_string() || is_word_of(status->get_string(), kWell);
}

/// A private route that answers the allowed identity with a server error, or "".
net::Task<std::string> broken_route(CheckContext& context) {
  for (const RouteCase& route_case : context.session().cases()) {
    if (!route_case.is_private()) continue;
    LR_CO_TRY(const Baseline* baseline,
              co_await context.session().exerciser().baseline(route_case));
    if (baseline->usable() && baseline->positive.crashed()) co_return route_case.name();
  }
  co_return std::string();
}

net::Task<> check_case(CheckContext& context, RouteCase route_case, std::string broken) {
  LR_CO_TRY(const Baseline* baseline, co_await context.session().exerciser().baseline(route_case));
  if (baseline->absent) co_return Result<>();  // health.missing
  context.plan(1);
  if (!baseline->problem.empty()) co_return fail(Code::kUnavailable, baseline->problem);
  const Exchange& answer = baseline->positive;
  const auto document = answer.json();
  std::string illness = document ? illness_in(*document, "", 8) : "";
  if (illness.empty() && !broken.empty()) illness = broken;
  if (!claims_well(answer) || illness.empty()) {
    context.proved();
    co_return Result<>();
  }
  Found found =
      context.finding(answer, fmt::format("it says that all is well, but {} is not", illness));
  found.guard = "# only the application knows; the guard's own /readyz tells of its upstream";
  context.found(cell_of(route_case), std::move(found));
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  LR_CO_TRY(const std::string broken, co_await broken_route(context));
  const auto wanted = [](const RouteCase& route_case) { return route_case.route->health; };
  const auto body = [&context, broken](RouteCase route_case) {
    return check_case(context, route_case, broken);
  };
  co_return co_await context.each_case(wanted, body);
}

}  // namespace

constinit const CheckDef check_health_truth{
    .id = "health.truth",
    .control = report::Control::kHealth,
    .title = "A health endpoint says that all is well while it is not",
    .why = "Outages go unseen: monitoring, releases and load balancers trust this answer.",
    .fix = "Answer 503, or a status other than ok, as soon as a dependency is down.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kHealth,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
