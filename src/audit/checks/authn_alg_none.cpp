#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_alg_none;

namespace {

constexpr std::string_view kReferences[] = {"CWE-347", "RFC 8725 3.1"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_alg_none"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_unsigned};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_alg_none{
    .id = "authn.alg_none",
    .control = report::Control::kAuthn,
    .title = "Unsigned tokens are accepted",
    .why = "Anyone can write a token for any user, without a password or a key.",
    .fix =
        "Pin the list of algorithms in the verifier; never take the algorithm from the "
        "token.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
