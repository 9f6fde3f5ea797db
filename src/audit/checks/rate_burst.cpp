#include <fmt/format.h>

#include <map>

#include "audit/bursts.h"

namespace lr::audit {

extern const CheckDef check_rate_burst;

namespace {

constexpr std::string_view kReferences[] = {"CWE-770", "OWASP API4:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "rate_none_chat"},
    {Sample::Kind::kVulnerable, "rate_none_login"},
    {Sample::Kind::kFixed, ""},
};

std::string limit_lines(const contract::Contract& contract, const contract::Limit& limit) {
  return fmt::format("# {}:{}\nlimits: {{ {}: {{ … }} }}", file_name(contract.file), limit.at.line,
                     limit.name);
}

/// Who is over a rule by now.
using Spent = std::map<const contract::LimitRule*, const probe::Persona*>;

net::Task<> burst(CheckContext& context, BurstTarget target, Spent& spent) {
  const Cell cell = cell_of(target);
  LR_CO_TRY(const bool shared, co_await shares_count(context, target, spent[target.rule]));
  if (shared) {
    context.proved();
    co_return Result<>();
  }
  LR_CO_TRY(BurstResult result, co_await send_burst(context, target));
  if (!result.problem.empty()) {
    context.inconclusive(cell, describe(target) + ": " + result.problem);
  } else if (result.refusal) {
    spent[target.rule] = result.persona;
    context.session().refusals().emplace_back(target.route_case, std::move(*result.refusal));
    context.proved();
  } else {
    Found found = context.finding(*result.last, fmt::format("request {} of a burst was answered {}",
                                                            result.sent, result.last->status()));
    found.title = fmt::format("{} requests in a row pass a limit of {}", result.sent,
                              target.rule->rate.count);
    found.guard = limit_lines(context.contract(), *target.limit);
    found.group = describe(target);
    context.found(cell, std::move(found));
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  Spent spent;
  for (const BurstTarget& target : plan_bursts(context)) {
    if (target.rule->key == contract::LimitKey::kAccount) continue;  // rate.account
    if (left_out(context, target)) continue;
    context.plan(1);
    auto done = co_await burst(context, target, spent);
    if (done) continue;
    if (context.prober().stopped()) co_return done;
    context.inconclusive(cell_of(target), done.error().detail());
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_rate_burst{
    .id = "rate.burst",
    .control = report::Control::kRate,
    .title = "A promised limit does not exist",
    .why = "One script burns the AI budget in minutes, or guesses passwords all night.",
    .fix = "Count requests by address, user and conversation and answer 429 over the limit.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kLimits,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
