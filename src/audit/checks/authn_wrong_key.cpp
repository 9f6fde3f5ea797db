#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_wrong_key;

namespace {

constexpr std::string_view kReferences[] = {"CWE-347", "CVE-2018-0114", "RFC 8725 3.10"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_wrong_key"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_wrong_key};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_wrong_key{
    .id = "authn.wrong_key",
    .control = report::Control::kAuthn,
    .title = "Tokens signed with a stranger's key are accepted",
    .why = "An attacker signs tokens with their own key and becomes any user.",
    .fix =
        "Verify only with the issuer's published keys; ignore jwk, jku, x5u and x5c in "
        "tokens.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
