#include <charconv>

#include "audit/bursts.h"

namespace lr::audit {

extern const CheckDef check_rate_retry_after;

namespace {

constexpr std::string_view kReferences[] = {"RFC 6585 4", "RFC 9110 10.2.3"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "rate_no_retry_after"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;

bool says_when(const Exchange& refusal) {
  const auto value = refusal.response.headers.get("Retry-After");
  if (!value) return false;
  std::uint32_t wait = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), wait);
  constexpr std::uint32_t kDay = 86'400;
  if (error == std::errc() && end == value->data() + value->size())
    return wait >= 1 && wait <= kDay;
  return value->ends_with("GMT");  // the date form
}

/// When the other checks were not selected: one burst of our own.
net::Task<> get_refused(CheckContext& context) {
  for (const BurstTarget& target : plan_bursts(context)) {
    const bool account = target.rule->key == contract::LimitKey::kAccount;
    if (account || target.again || !target.untried.empty()) continue;
    LR_CO_TRY(BurstResult result, co_await send_burst(context, target));
    if (!result.refusal) continue;
    context.session().refusals().emplace_back(target.route_case, std::move(*result.refusal));
    co_return Result<>();
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  auto& refusals = context.session().refusals();
  if (refusals.empty()) {
    LR_CO_TRY_VOID(co_await get_refused(context));
  }
  if (refusals.empty()) {
    context.plan(1);
    context.inconclusive(cell_of("", ""), "no request was answered 429");
  }
  context.plan(refusals.size());
  for (const auto& [route_case, refusal] : refusals) {
    if (says_when(refusal)) {
      context.proved();
    } else {
      Found found = context.finding(refusal, "a 429 without a usable Retry-After");
      found.guard = "# the guard sends Retry-After and RateLimit fields with every 429";
      found.group = "all limits";
      context.found(cell_of(route_case), std::move(found));
    }
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_rate_retry_after{
    .id = "rate.retry_after",
    .control = report::Control::kRate,
    .title = "429 answers do not say when to come back",
    .why = "Honest clients cannot wait the right time: they hammer, or give up.",
    .fix = "Send Retry-After in seconds with every 429.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kLimits,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
