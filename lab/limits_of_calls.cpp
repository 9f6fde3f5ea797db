#include "lab/limits_of_calls.h"

#include <fmt/core.h>

#include "lab/routes.h"

namespace lr::lab {
namespace {

/// The client's address. Behind a gateway this is the gateway: whoever runs one limits there. Only
/// the defect believes what the request says about itself.
std::string address_of(const Service& service, const Call& call) {
  if (service.flaws.on(Flaw::kRateTrustsXff)) {
    if (const auto claimed = call.field("x-forwarded-for")) return std::string(*claimed);
  }
  return call.exchange.peer().ip.limit_key().str();
}

Result<> take(Service& service, Call& call, const RateRule& rule, std::string_view key) {
  const RateAnswer answer = service.gate.take(rule, key, service.clock.mono());
  const bool silent = service.flaws.on(Flaw::kRateNoRetryAfter);
  if (!silent) {
    call.headers.add("RateLimit-Policy",
                     fmt::format("\"{}\";q={};w={}", rule.name, rule.count, rule.per.count()));
    call.headers.add("RateLimit", fmt::format("\"{}\";r={};t={}", rule.name, answer.remaining,
                                              answer.retry_after.count()));
  }
  if (answer.allowed) return {};
  if (!silent) call.headers.add("Retry-After", std::to_string(answer.retry_after.count()));
  return fail(Code::kResourceExhausted, "over the limit", Origin::kClient);
}

}  // namespace

Result<> limit_call(Service& service, Call& call) {
  switch (call.route->limit) {
    case LimitName::kNone:
      return {};
    case LimitName::kChat: {
      if (service.flaws.on(Flaw::kRateNoneChat)) return {};
      const Owner& owner = call.caller.owner;
      return take(service, call, kChatPerUser, owner.tenant + "/" + owner.user);
    }
    case LimitName::kLogin:
      if (service.flaws.on(Flaw::kRateNoneLogin)) return {};
      return take(service, call, kLoginPerAddress, address_of(service, call));
  }
  return {};
}

Result<> limit_account(Service& service, Call& call, std::string_view account) {
  if (service.flaws.on(Flaw::kRateNoneLogin) || service.flaws.on(Flaw::kRateNoAccountLimit)) {
    return {};
  }
  return take(service, call, kLoginPerAccount, text::lower_ascii(account));
}

}  // namespace lr::lab
