#include <fmt/format.h>

#include "audit/bursts.h"

namespace lr::audit {

extern const CheckDef check_rate_spoofed_address;

namespace {

constexpr std::string_view kReferences[] = {"CWE-348", "CWE-290", "OWASP API4:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "rate_trusts_xff"},
    {Sample::Kind::kFixed, ""},
};

using probe::Exchange;

constexpr std::string_view kFields[] = {"X-Forwarded-For",     "X-Real-IP",   "True-Client-IP",
                                        "CF-Connecting-IP",    "X-Client-IP", "X-Originating-IP",
                                        "X-Cluster-Client-IP", "Forwarded"};

std::string value_for(std::string_view field, const std::string& address) {
  return field == "Forwarded" ? "for=" + address : address;
}

/// Addresses of the documentation range (RFC 5737), a new one each time.
std::string next_address(CheckContext& context) {
  Rng& rng = context.session().rng();
  return fmt::format("203.0.113.{}", 1 + rng.below(250));
}

struct Tries {
  std::uint32_t passed = 0;
  std::optional<Exchange> example;
};

/// Three requests with the field: refill may let one through, not all while plain ones are refused.
net::Task<Tries> try_field(CheckContext& context, Burster& burster, std::string_view field) {
  Tries out;
  for (int i = 0; i < 3; ++i) {
    LR_CO_TRY(probe::Request request, co_await burster.next());
    request.headers.set(field, value_for(field, next_address(context)));
    LR_CO_TRY(Exchange answer, co_await context.prober().send(std::move(request)));
    if (answer.limited()) break;
    ++out.passed;
    out.example = std::move(answer);
  }
  co_return out;
}

/// Sends plain requests until one is refused again: at most what the refill can have granted.
net::Task<bool> refused_again(CheckContext& context, Burster& burster) {
  for (int i = 0; i < 10; ++i) {
    LR_CO_TRY(probe::Request request, co_await burster.next());
    LR_CO_TRY(const Exchange answer, co_await context.prober().send(std::move(request)));
    if (answer.limited()) co_return true;
  }
  co_return false;
}

net::Task<> spoof(CheckContext& context, BurstTarget target) {
  LR_CO_TRY(const BurstResult result, co_await send_burst(context, target));
  if (!result.refusal) {
    context.inconclusive(cell_of(target), result.problem.empty()
                                              ? "the limit itself is not there (rate.burst)"
                                              : result.problem);
    co_return Result<>();
  }
  Burster burster(context, target);
  for (const std::string_view field : kFields) {
    const Cell cell = cell_of(target.route_case, std::string(field));
    LR_CO_TRY(const bool limited, co_await refused_again(context, burster));
    LR_CO_TRY(const Tries tries, co_await try_field(context, burster, field));
    if (tries.passed < 3) {
      context.proved();
      continue;
    }
    LR_CO_TRY(const bool still, co_await refused_again(context, burster));
    if (!limited || !still) {
      context.inconclusive(cell, "the limit refills faster than it can be tried");
      continue;
    }
    Found found = context.finding(*tries.example, fmt::format("over the limit, but answered with a "
                                                              "new {}",
                                                              field));
    found.evidence.push_back(context.evidence("the same without the field", *result.refusal));
    found.guard = "guard: { trusted_proxies: [] }  # forwarding fields of strangers are ignored";
    context.found(cell, std::move(found));
  }
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  for (const BurstTarget& target : plan_bursts(context)) {
    if (target.rule->key != contract::LimitKey::kIp) continue;
    if (target.again || left_out(context, target)) continue;
    context.plan(std::size(kFields));
    auto done = co_await spoof(context, target);
    if (done) continue;
    if (context.prober().stopped()) co_return done;
    context.inconclusive(cell_of(target), done.error().detail());
  }
  context.not_applicable("the contract limits nothing per address");
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_rate_spoofed_address{
    .id = "rate.spoofed_address",
    .control = report::Control::kRate,
    .title = "The limit per address believes what the client says about itself",
    .why =
        "Changing one header makes every request come from a new address: the limit is "
        "void.",
    .fix =
        "Count by the connection's address; believe forwarding fields only from your own "
        "proxies.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kLimits,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
