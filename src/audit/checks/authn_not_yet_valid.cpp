#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_not_yet_valid;

namespace {

constexpr std::string_view kReferences[] = {"CWE-613", "RFC 7519 4.1.5"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_nbf_ignored"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_not_yet_valid, .needs_key = true};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_not_yet_valid{
    .id = "authn.not_yet_valid",
    .control = report::Control::kAuthn,
    .title = "Tokens are accepted before they are valid",
    .why = "A token issued for later, or by a clock that is wrong, opens the door today.",
    .fix = "Check `nbf` and refuse `iat` in the future, with at most a minute of clock skew.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
