#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_expired;

namespace {

constexpr std::string_view kReferences[] = {"CWE-613", "RFC 7519 4.1.4"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_expired_accepted"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_expired, .needs_key = true};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_expired{
    .id = "authn.expired",
    .control = report::Control::kAuthn,
    .title = "Expired tokens are accepted",
    .why = "A token that leaked once works for ever; logging out changes nothing.",
    .fix =
        "Require `exp` as a number and refuse tokens past it, with at most a minute of "
        "clock skew.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
