#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_token_in_query;

namespace {

constexpr std::string_view kReferences[] = {"CWE-598", "RFC 6750 2.3"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_token_in_query"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_in_query};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_token_in_query{
    .id = "authn.token_in_query",
    .control = report::Control::kAuthn,
    .title = "Tokens in the URL are accepted",
    .why = "URLs stand in logs, histories and Referer fields: so do the tokens.",
    .fix = "Accept tokens in the Authorization field only.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
