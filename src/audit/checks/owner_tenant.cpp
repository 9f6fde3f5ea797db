#include "audit/ownership.h"

namespace lr::audit {

extern const CheckDef check_owner_tenant;

namespace {

constexpr std::string_view kReferences[] = {"CWE-639", "CWE-284", "OWASP API1:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "order_cross_tenant"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const ReadAttack attack{.any_place = true, .same_tenant = false};
  co_return co_await run_read_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_owner_tenant{
    .id = "owner.tenant",
    .control = report::Control::kOwner,
    .title = "One tenant can read what belongs to another",
    .why = "The data of every customer organisation is open to every other.",
    .fix =
        "Bind every object to the tenant of the verified token and compare it on every "
        "access.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
