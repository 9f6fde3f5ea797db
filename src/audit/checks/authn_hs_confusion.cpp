#include <algorithm>

#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_hs_confusion;

namespace {

constexpr std::string_view kReferences[] = {"CWE-347", "CVE-2015-9235", "RFC 8725 3.1"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_hs256_public_key"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  LR_CO_TRY(const auto* keys, co_await context.session().public_keys());
  const auto fetched = [](const contract::Issuer& issuer) {
    return std::holds_alternative<contract::JwksUrl>(issuer.keys);
  };
  if (keys->empty() && std::ranges::any_of(context.contract().issuers, fetched)) {
    context.plan(1);
    context.inconclusive(cell_of("", "", ""),
                         "the public key was not tried as a secret: an audit contacts only the "
                         "target; give audit.mint a test key, or jwks as a file");
  }
  const TokenAttack attack{.forge = probe::forge_hs_confusion};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_hs_confusion{
    .id = "authn.hs_confusion",
    .control = report::Control::kAuthn,
    .title = "Tokens signed with the public key or a guessable secret are accepted",
    .why = "The public key is known to everybody: anyone can sign a token as any user.",
    .fix =
        "Pin the algorithm per key; never verify HMAC with a public key; use random "
        "secrets.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
