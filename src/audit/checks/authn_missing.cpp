#include "audit/token_attacks.h"

namespace lr::audit {

extern const CheckDef check_authn_missing;

namespace {

constexpr std::string_view kReferences[] = {"CWE-306", "OWASP API2:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "auth_missing_history"},
    {Sample::Kind::kVulnerable, "auth_missing_files"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const TokenAttack attack{.forge = probe::forge_missing, .finding_per_route = true};
  co_return co_await run_token_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_authn_missing{
    .id = "authn.missing",
    .control = report::Control::kAuthn,
    .title = "Private routes answer without a token",
    .why = "A stranger reads or changes private data by leaving the login out.",
    .fix = "Require a valid token on every route that is not declared public; deny by default.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
