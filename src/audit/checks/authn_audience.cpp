#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_audience;

namespace {

constexpr std::string_view kReferences[] = {"CWE-346", "RFC 8725 3.9"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_audience_ignored"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_audience, .needs_key = true};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_audience{
    .id = "authn.audience",
    .control = report::Control::kAuthn,
    .title = "Tokens for another audience are accepted",
    .why = "A token that a user gave to another product can be replayed here.",
    .fix = "Require this product's own value in `aud`.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
