#include "audit/ownership.h"

namespace lr::audit {

extern const CheckDef check_owner_write;

namespace {

constexpr std::string_view kReferences[] = {"CWE-639", "OWASP API1:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "conversation_delete_unowned"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const WriteAttack attack{.place = IdPlace::kPath};
  co_return co_await run_write_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_owner_write{
    .id = "owner.write",
    .control = report::Control::kOwner,
    .title = "One user can change or delete what belongs to another",
    .why = "An attacker deletes or rewrites other users' data by its id.",
    .fix = "Compare the object's owner and tenant with the caller before changing anything.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
