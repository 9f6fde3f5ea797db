#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_signature;

namespace {

constexpr std::string_view kReferences[] = {"CWE-347", "RFC 8725 3.3"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_signature_unchecked_orders"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_signature};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_signature{
    .id = "authn.signature",
    .control = report::Control::kAuthn,
    .title = "The token's signature is not checked",
    .why = "Anyone can edit a token's claims and become any user.",
    .fix =
        "Verify the signature of every token on every route, in one place that no route can "
        "skip.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
