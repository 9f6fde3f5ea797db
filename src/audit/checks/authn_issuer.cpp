#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_issuer;

namespace {

constexpr std::string_view kReferences[] = {"CWE-346", "RFC 8725 3.8"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_issuer_ignored"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_issuer, .needs_key = true};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_issuer{
    .id = "authn.issuer",
    .control = report::Control::kAuthn,
    .title = "Tokens of another issuer are accepted",
    .why = "A token from a test system or from another company's login works here.",
    .fix = "Compare `iss` with the one expected value, byte for byte.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
