#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_malformed;

namespace {

constexpr std::string_view kReferences[] = {"CWE-287", "OWASP API2:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_malformed_accepted"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_malformed};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_malformed{
    .id = "authn.malformed",
    .control = report::Control::kAuthn,
    .title = "Something that is no token is accepted as one",
    .why = "Whoever sends any word as a token gets somebody's session.",
    .fix =
        "Refuse with 401 whatever does not parse and verify as a token; never fall back to "
        "a session.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
