#include <fmt/format.h>

#include <algorithm>

#include "audit/bursts.h"
#include "net/event_loop.h"

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

/// How a series of guesses for one account ended.
struct Guesses {
  bool refused = false;     ///< Somewhere on the way.
  bool by_account = false;  ///< … while another account got through.
  std::optional<Exchange> last;
};

net::Task<Guesses> guess_for_one(CheckContext& context, Burster& burster, std::uint32_t tries) {
  Guesses out;
  burster.change_account();
  for (std::uint32_t i = 0; i < tries; ++i) {
    LR_CO_TRY(probe::Request request, co_await burster.next());
    request.headers.set("X-Forwarded-For", fmt::format("198.51.100.{}", i + 1));
    LR_CO_TRY(Exchange answer, co_await context.prober().send(std::move(request)));
    out.refused = answer.limited();
    out.last.emplace(std::move(answer));
    if (!out.refused) continue;
    LR_CO_TRY(out.by_account, co_await another_gets_through(context, burster));
    break;
  }
  co_return out;
}

/// An address that is over its limit, perhaps from the audit before, has room for `requests` again
/// after this long; nullopt when that is longer than an audit waits.
std::optional<nanoseconds> pause_for(const CheckContext& context, const BurstTarget& target,
                                     std::uint32_t requests) {
  constexpr seconds kPauseMost{60};
  nanoseconds longest{0};
  for (const contract::LimitIndex index : target.route_case.route->limits) {
    for (const contract::LimitRule& rule : context.contract().limits[index].rules) {
      if (rule.key != contract::LimitKey::kIp) continue;
      const nanoseconds interval = nanoseconds(rule.rate.per) / std::max(1U, rule.rate.count);
      longest = std::max(longest, interval * requests);
    }
  }
  if (longest == nanoseconds(0) || longest > kPauseMost) return std::nullopt;
  return longest;
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
  LR_CO_TRY(Guesses guesses, co_await guess_for_one(context, burster, tries));
  if (guesses.refused && !guesses.by_account) {
    if (const auto pause = pause_for(context, target, tries + 2)) {
      LR_CO_TRY_VOID(co_await net::sleep_for(*pause));
      LR_CO_TRY(guesses, co_await guess_for_one(context, burster, tries));
    }
  }
  if (!guesses.refused) {
    Found found = context.finding(
        *guesses.last,
        fmt::format("guess {} for one account was answered {}", tries, guesses.last->status()));
    found.guard = fmt::format("limits: {{ {}: {{ per_account: 10/hour, account: {} }} }}",
                              target.limit->name, target.limit->account);
    context.found(cell, std::move(found));
  } else if (guesses.by_account) {
    context.session().refusals().emplace_back(target.route_case, std::move(*guesses.last));
    context.proved();
  } else {
    context.inconclusive(cell,
                         "the limit per address answers first, so that the limit per account "
                         "cannot be reached from here");
  }
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
