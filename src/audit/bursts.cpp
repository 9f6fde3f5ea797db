#include "audit/bursts.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <iterator>

#include "probe/instance.h"

namespace lr::audit {
namespace {

using contract::LimitKey;
using probe::Exchange;

constexpr std::uint32_t kBurstMax = 600;

std::uint32_t burst_of(const contract::LimitRule& rule) {
  return rule.rate.burst != 0 ? rule.rate.burst : rule.rate.count;
}

/// More than could be allowed by now, the refill during the burst included.
bool passed(const contract::LimitRule& rule, std::uint32_t sent, nanoseconds elapsed) {
  const double per = std::chrono::duration<double>(rule.rate.per).count();
  const double refill = std::chrono::duration<double>(elapsed).count() * rule.rate.count / per;
  return sent > burst_of(rule) + 3 + burst_of(rule) / 20 + 1.3 * refill;
}

}  // namespace

std::vector<BurstTarget> plan_bursts(CheckContext& context) {
  std::vector<BurstTarget> out;
  const contract::Contract& contract = context.contract();
  Session& session = context.session();
  for (std::size_t i = 0; i < contract.limits.size(); ++i) {
    const auto index = static_cast<contract::LimitIndex>(i);
    const auto uses = [index](const RouteCase& route_case) {
      const auto& limits = route_case.route->limits;
      return std::ranges::find(limits, index) != limits.end() &&
             !probe::has_free_path(*route_case.route);
    };
    const auto found = std::ranges::find_if(session.cases(), uses);
    if (found == session.cases().end()) continue;
    for (const contract::LimitRule& rule : contract.limits[i].rules) {
      out.push_back({*found, &contract.limits[i], &rule});
    }
  }
  // Limits by address last: they hit everything else that the audit sends.
  std::vector<BurstTarget> ordered;
  for (const bool by_ip : {false, true}) {
    std::ranges::copy_if(out, std::back_inserter(ordered), [by_ip](const BurstTarget& target) {
      return (target.rule->key == LimitKey::kIp) == by_ip;
    });
  }
  return ordered;
}

std::string describe(const BurstTarget& target) {
  return fmt::format("{} per {}: {} in {} s", target.limit->name,
                     contract::limit_key_name(target.rule->key), target.rule->rate.count,
                     target.rule->rate.per.count());
}

Burster::Burster(CheckContext& context, BurstTarget target)
    : context_(context), target_(target), tag_(context.session().rng().hex(6)) {}

void Burster::change_account() { ++account_; }

/// How many requests one value of `key` may send before its own limit could answer; 0 is no bound.
std::uint32_t Burster::allowance(LimitKey key) const {
  std::uint32_t out = 0;
  for (const contract::LimitIndex index : target_.route_case.route->limits) {
    for (const contract::LimitRule& rule : context_.contract().limits[index].rules) {
      if (rule.key != key || &rule == target_.rule) continue;
      const std::uint32_t most = burst_of(rule) > 1 ? burst_of(rule) - 1 : 1;
      out = out == 0 ? most : std::min(out, most);
    }
  }
  return out;
}

net::Task<> Burster::change_person() {
  Session& session = context_.session();
  if (target_.rule->unauthenticated_only || !target_.route_case.is_private()) {
    actor_.marker = probe::make_marker(session.rng());
    co_return Result<>();
  }
  const probe::Persona* persona = session.exerciser().allowed(target_.route_case);
  if (persona == nullptr) {
    co_return fail(Code::kNotFound, "no usable audit identity may use the route");
  }
  if (session.identities().can_mint()) persona = &session.identities().mint_like(*persona);
  LR_CO_TRY(actor_, co_await session.exerciser().actor_as(target_.route_case, *persona));
  by_person_ = 0;
  co_return Result<>();
}

net::Task<probe::Request> Burster::next() {
  Session& session = context_.session();
  const LimitKey key = target_.rule->key;
  std::uint32_t per_person = 0;
  if (key != LimitKey::kUser && key != LimitKey::kToken && key != LimitKey::kConversation) {
    for (const LimitKey other : {LimitKey::kUser, LimitKey::kToken, LimitKey::kConversation}) {
      const std::uint32_t most = allowance(other);
      if (most != 0) per_person = per_person == 0 ? most : std::min(per_person, most);
    }
  }
  if (!ready_ || (per_person != 0 && by_person_ >= per_person)) {
    LR_CO_TRY_VOID(co_await change_person());
    ready_ = true;
  }
  const std::uint32_t per_account = key == LimitKey::kAccount ? 0 : allowance(LimitKey::kAccount);
  if (per_account != 0 && ++by_account_ % per_account == 0) change_account();
  ++by_person_;
  const bool conversation = key == LimitKey::kConversation;
  auto request =
      probe::make_route_request(*target_.route_case.route, target_.route_case.method, actor_.ids,
                                {.marker = actor_.marker, .path_only = !conversation});
  if (!request) co_return std::unexpected(std::move(request).error());
  if (!target_.limit->account.empty()) {
    auto document = text::parse_json(request->body);
    const std::string account = fmt::format("audit-{}-{}@launchready.invalid", tag_, account_);
    if (document && probe::set_at(*document, target_.limit->account, text::json::string(account))) {
      request->body = text::json::serialize(*document);
    }
  }
  if (actor_.persona != nullptr) {
    LR_CO_TRY_VOID(
        co_await session.identities().authorize(*request, *actor_.persona, session.prober()));
  }
  request->intent = probe::Intent::kAttack;
  request->patient = false;
  co_return std::move(*request);
}

net::Task<BurstResult> send_burst(CheckContext& context, BurstTarget target) {
  BurstResult out;
  if (burst_of(*target.rule) > kBurstMax) {
    out.problem = fmt::format("a burst of {} is more than an audit sends", burst_of(*target.rule));
    co_return out;
  }
  Burster burster(context, target);
  const MonoTime start = std::chrono::steady_clock::now();
  while (!passed(*target.rule, out.sent, std::chrono::steady_clock::now() - start)) {
    LR_CO_TRY(probe::Request request, co_await burster.next());
    request.patient = out.sent == 0;
    LR_CO_TRY(Exchange answer, co_await context.prober().send(std::move(request)));
    ++out.sent;
    if (answer.limited()) {
      out.refusal = std::move(answer);
      break;
    }
    ++out.allowed;
    out.last = std::move(answer);
  }
  if (out.allowed == 0) out.problem = "the very first request was answered 429";
  co_return out;
}

}  // namespace lr::audit
