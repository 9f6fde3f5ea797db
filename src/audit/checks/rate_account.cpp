#include <fmt/format.h>

#include "audit/bursts.h"

namespace lr::audit {

extern const CheckDef check_rate_account;

namespace {

constexpr std::string_view kReferences[] = {"CWE-307", "OWASP API2:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "rate_no_account_limit"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;

/// The refusal must be about the account: another account gets through from the same address.
net::Task<bool> another_gets_through(CheckContext& context, Burster& burster) {
  burster.change_account();
  LR_CO_TRY(probe::Request request, co_await burster.next());
  LR_CO_TRY(const Exchange answer, co_await context.prober().send(std::move(request)));
  co_return !answer.limited();
}

std::uint32_t tries_of(const contract::LimitRule& rule) {
  const std::uint32_t burst = rule.rate.burst != 0 ? rule.rate.burst : rule.rate.count;
  return burst + 3 + burst / 20;
}

net::Task<> guess(CheckContext& context, BurstTarget target) {
  const Cell cell = cell_of(target);
  constexpr std::uint32_t kTriesMax = 100;
  const std::uint32_t tries = tries_of(*target.rule);
  if (tries > kTriesMax) {
    context.inconclusive(cell, "the limit is higher than an audit guesses");
    co_return Result<>();
  }
  Burster burster(context, target);
  std::optional<Exchange> last;
  for (std::uint32_t i = 0; i < tries; ++i) {
    LR_CO_TRY(probe::Request request, co_await burster.next());
    request.headers.set("X-Forwarded-For", fmt::format("198.51.100.{}", i + 1));
    LR_CO_TRY(Exchange answer, co_await context.prober().send(std::move(request)));
    if (!answer.limited()) {
      last = std::move(answer);
      continue;
    }
    LR_CO_TRY(const bool by_account, co_await another_gets_through(context, burster));
    if (by_account) {
      context.session().refusals().emplace_back(target.route_case, std::move(answer));
      context.proved();
    } else {
      context.inconclusive(cell,
                           "the limit per address answers first, so that the limit per "
                           "account cannot be reached from here");
    }
    co_return Result<>();
  }
  Found found = context.finding(
      *last, fmt::format("guess {} for one account was answered {}", tries, last->status()));
  found.guard = fmt::format("limits: {{ {}: {{ per_account: 10/hour, account: {} }} }}",
                            target.limit->name, target.limit->account);
  context.found(cell, std::move(found));
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  for (const BurstTarget& target : plan_bursts(context)) {
    if (target.rule->key != contract::LimitKey::kAccount) continue;
    if (left_out(context, target)) continue;
    context.plan(1);
    auto done = co_await guess(context, target);
    if (done) continue;
    if (context.prober().stopped()) co_return done;
    context.inconclusive(cell_of(target), done.error().detail());
  }
  context.not_applicable("the contract limits nothing per account");
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_rate_account{
    .id = "rate.account",
    .control = report::Control::kRate,
    .title = "Guesses for one account are not limited",
    .why = "Passwords of one account can be guessed from many addresses without end.",
    .fix = "Count failed logins per account as well as per address.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kLimits,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
