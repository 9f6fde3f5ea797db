#include "audit/bursts.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

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

std::uint32_t cost_of(const contract::LimitRule& rule) {
  return burst_of(rule) + 4 + burst_of(rule) / 20;
}

bool takes_body(const RouteCase& route_case) {
  return !route_case.reads() && route_case.method != contract::Method::kDelete;
}

/// A case with how much a burst on it shows; the least is the best.
struct Candidate {
  RouteCase route_case;
  int rank = 0;
};
constexpr int kUntouchableRank = 9;

int rank_of(CheckContext& context, const RouteCase& route_case) {
  const Manner manner = context.session().exerciser().manner(route_case);
  if (manner == Manner::kUntouchable) return kUntouchableRank;
  return (probe::has_free_path(*route_case.route) ? 2 : 0) + (manner == Manner::kInert ? 1 : 0);
}

/// The best case of every route that has the limit.
std::vector<Candidate> candidates_for(CheckContext& context, contract::LimitIndex limit,
                                      LimitKey key) {
  std::vector<Candidate> out;
  for (const RouteCase& route_case : context.session().cases()) {
    const auto& limits = route_case.route->limits;
    if (std::ranges::find(limits, limit) == limits.end()) continue;
    if (key == LimitKey::kAccount && !takes_body(route_case)) continue;
    const Candidate candidate{route_case, rank_of(context, route_case)};
    const auto known = std::ranges::find_if(out, [&route_case](const Candidate& other) {
      return other.route_case.index == route_case.index;
    });
    if (known == out.end()) {
      out.push_back(candidate);
    } else if (candidate.rank < known->rank) {
      *known = candidate;
    }
  }
  std::ranges::sort(out, {}, [](const Candidate& candidate) {
    return std::make_pair(candidate.rank, candidate.route_case.index);
  });
  return out;
}

/// Lays out the bursts within a share of the run's requests.
class BurstPlan {
 public:
  explicit BurstPlan(CheckContext& context)
      : context_(context), left_(context.contract().audit.max_requests / 4) {}

  void add(contract::LimitIndex index, const contract::LimitRule& rule) {
    const contract::Limit& limit = context_.contract().limits[index];
    const auto candidates = candidates_for(context_, index, rule.key);
    if (candidates.empty()) {
      const bool account = rule.key == LimitKey::kAccount;
      out_.push_back({{},
                      &limit,
                      &rule,
                      false,
                      account ? "no route that takes a body has this limit, so that no request "
                                "names an account; add the limit to such a route"
                              : "no route has this limit; add it to the limits of one, or remove "
                                "it"});
    }
    bool again = false;
    for (const Candidate& candidate : candidates) {
      BurstTarget target{candidate.route_case, &limit, &rule, again, ""};
      target.untried = obstacle(candidate, rule, again);
      again = again || target.untried.empty();
      out_.push_back(std::move(target));
    }
  }
  std::vector<BurstTarget> take() { return std::move(out_); }

 private:
  std::string obstacle(const Candidate& candidate, const contract::LimitRule& rule, bool again) {
    if (candidate.rank == kUntouchableRank) {
      return "a burst would change things that the audit did not make; give a recipe in "
             "audit.objects, a body schema, or use --profile full on a test system";
    }
    if (!again) return "";
    if (cost_of(rule) > left_) {
      return "bursts on every route with this limit need more than a quarter of the run's "
             "requests; raise audit.max_requests";
    }
    left_ -= cost_of(rule);
    return "";
  }

  CheckContext& context_;
  std::uint32_t left_;
  std::vector<BurstTarget> out_;
};

}  // namespace

std::vector<BurstTarget> plan_bursts(CheckContext& context) {
  const contract::Contract& contract = context.contract();
  BurstPlan plan(context);
  // Limits by address last: they hit everything else that the audit sends.
  for (const bool by_ip : {false, true}) {
    for (std::size_t i = 0; i < contract.limits.size(); ++i) {
      for (const contract::LimitRule& rule : contract.limits[i].rules) {
        if ((rule.key == LimitKey::kIp) != by_ip) continue;
        plan.add(static_cast<contract::LimitIndex>(i), rule);
      }
    }
  }
  return plan.take();
}

Cell cell_of(const BurstTarget& target) {
  if (target.route_case.route == nullptr) return cell_of("", "", describe(target));
  return cell_of(target.route_case, describe(target));
}

bool left_out(CheckContext& context, const BurstTarget& target) {
  if (target.untried.empty()) return false;
  context.plan(1);
  context.inconclusive(cell_of(target), describe(target) + ": " + target.untried);
  return true;
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

std::uint32_t Burster::personal_allowance() const {
  const LimitKey key = target_.rule->key;
  std::uint32_t out = 0;
  if (key == LimitKey::kUser || key == LimitKey::kToken || key == LimitKey::kConversation) return 0;
  for (const LimitKey other : {LimitKey::kUser, LimitKey::kToken, LimitKey::kConversation}) {
    const std::uint32_t most = allowance(other);
    if (most != 0) out = out == 0 ? most : std::min(out, most);
  }
  return out;
}

std::string Burster::ambiguity() const {
  const std::uint32_t most = personal_allowance();
  const bool alone = target_.route_case.is_private() && !target_.rule->unauthenticated_only &&
                     !context_.session().identities().can_mint();
  if (!alone || most == 0 || most > burst_of(*target_.rule)) return "";
  return "the limit per person answers first; give audit.mint a test key, so that many persons can "
         "be tried";
}

bool Burster::inert() const {
  return target_.route_case.is_private() &&
         context_.session().exerciser().manner(target_.route_case) == Manner::kInert;
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
  co_return co_await become(*persona);
}

net::Task<> Burster::become(const probe::Persona& persona) {
  Exerciser& exerciser = context_.session().exerciser();
  LR_CO_TRY(actor_, co_await exerciser.actor_as(target_.route_case, persona));
  by_person_ = 0;
  ready_ = true;
  co_return Result<>();
}

Result<> Burster::name_account(probe::Request& request) const {
  const std::string& place = target_.limit->account;
  if (place.empty()) return {};
  auto document = text::parse_json(request.body);
  const std::string account = fmt::format("audit-{}-{}@launchready.invalid", tag_, account_);
  if (document && probe::set_at(*document, place, text::json::string(account))) {
    request.body = text::json::serialize(*document);
  } else if (target_.rule->key == LimitKey::kAccount) {
    return fail(Code::kNotFound, "the body has no place for the account " + place,
                Origin::kContract);
  }
  return {};
}

net::Task<probe::Request> Burster::next() {
  Session& session = context_.session();
  const LimitKey key = target_.rule->key;
  const std::uint32_t per_person = personal_allowance();
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
  LR_CO_TRY_VOID(name_account(*request));
  if (inert()) request->body = kInertBody;
  if (actor_.persona != nullptr) {
    LR_CO_TRY_VOID(
        co_await session.identities().authorize(*request, *actor_.persona, session.prober()));
  }
  request->intent = probe::Intent::kAttack;
  request->patient = false;
  co_return std::move(*request);
}

namespace {

/// Why a burst that was never refused may still not have reached the limit.
std::string doubt_about(CheckContext& context, const BurstTarget& target, bool inert,
                        const Exchange& last) {
  if (inert) {
    return "a body that has no effect may be refused before it is counted; --profile full would "
           "send a valid one";
  }
  const bool nothing = last.status() == 404 || last.status() == 405 || last.status() == 501 ||
                       context.session().not_found().matches(last);
  if (!nothing || !probe::has_free_path(*target.route_case.route)) return "";
  return fmt::format(
      "{} is made up and leads nowhere ({}), and what leads nowhere may not be counted; add a "
      "route "
      "with a path that exists and this limit",
      last.request.target, last.status());
}

/// On another route of the same limit, the address is over it already: the first answer tells.
bool shares_address(const CheckContext& context, const BurstTarget& target) {
  if (!target.again || target.rule->key != LimitKey::kIp) return false;
  for (const contract::LimitIndex index : target.route_case.route->limits) {
    for (const contract::LimitRule& rule : context.contract().limits[index].rules) {
      const bool varied = rule.key == LimitKey::kAccount;
      if (&rule != target.rule && !varied) return false;
    }
  }
  return true;
}

bool counts_one_person(CheckContext& context, const BurstTarget& target) {
  const LimitKey key = target.rule->key;
  const bool person =
      key == LimitKey::kUser || key == LimitKey::kToken || key == LimitKey::kConversation;
  return person && target.route_case.is_private() && context.session().identities().can_mint();
}

net::Task<bool> next_is_refused(CheckContext& context, const BurstTarget& target,
                                Burster& burster) {
  LR_CO_TRY(probe::Request request, co_await burster.next());
  LR_CO_TRY(const Exchange answer, co_await context.prober().send(std::move(request)));
  context.session().exerciser().adopt_created(target.route_case, answer, burster.persona());
  co_return answer.limited();
}

/// A refusal is about the person only when somebody else still gets through.
net::Task<bool> others_are_refused(CheckContext& context, const BurstTarget& target,
                                   Burster& burster) {
  LR_CO_TRY_VOID(co_await burster.change_person());
  co_return co_await next_is_refused(context, target, burster);
}

std::string problem_of(CheckContext& context, const BurstTarget& target, const BurstResult& result,
                       const Burster& burster) {
  if (result.allowed == 0) {
    return shares_address(context, target) ? "" : "the very first request was answered 429";
  }
  if (result.refusal) return "";
  return doubt_about(context, target, burster.inert(), *result.last);
}

}  // namespace

net::Task<bool> shares_count(CheckContext& context, BurstTarget target,
                             const probe::Persona* spent) {
  const bool by_conversation = target.rule->key == LimitKey::kConversation;
  if (spent == nullptr || by_conversation || !counts_one_person(context, target)) co_return false;
  Burster burster(context, target);
  auto ready = co_await burster.become(*spent);
  if (!ready) co_return false;  // What the route needs may be behind the limit itself.
  LR_CO_TRY(const bool refused, co_await next_is_refused(context, target, burster));
  if (!refused) co_return false;
  LR_CO_TRY(const bool everybody, co_await others_are_refused(context, target, burster));
  co_return !everybody;
}

net::Task<BurstResult> send_burst(CheckContext& context, BurstTarget target) {
  BurstResult out;
  if (burst_of(*target.rule) > kBurstMax) {
    out.problem = fmt::format("a burst of {} is more than an audit sends", burst_of(*target.rule));
    co_return out;
  }
  Burster burster(context, target);
  out.problem = burster.ambiguity();
  if (!out.problem.empty()) co_return out;
  const MonoTime start = std::chrono::steady_clock::now();
  while (!passed(*target.rule, out.sent, std::chrono::steady_clock::now() - start)) {
    LR_CO_TRY(probe::Request request, co_await burster.next());
    request.patient = out.sent == 0 && !shares_address(context, target);
    LR_CO_TRY(Exchange answer, co_await context.prober().send(std::move(request)));
    context.session().exerciser().adopt_created(target.route_case, answer, burster.persona());
    ++out.sent;
    if (answer.limited()) {
      out.refusal = std::move(answer);
      break;
    }
    ++out.allowed;
    out.last = std::move(answer);
  }
  out.persona = burster.persona();
  out.problem = problem_of(context, target, out, burster);
  if (!out.refusal || !out.problem.empty() || !counts_one_person(context, target)) co_return out;
  LR_CO_TRY(const bool everybody, co_await others_are_refused(context, target, burster));
  if (everybody) {
    out.problem =
        "the limit per address answers first, so that the limit per person cannot be reached from "
        "here; raise the one per address on the test system";
  }
  co_return out;
}

}  // namespace lr::audit
