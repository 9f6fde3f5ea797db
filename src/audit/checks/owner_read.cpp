#include "audit/ownership.h"

namespace lr::audit {

extern const CheckDef check_owner_read;

namespace {

constexpr std::string_view kReferences[] = {"CWE-639", "OWASP API1:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "conversation_read_unowned"},
    {Sample::Kind::kVulnerable, "file_read_unowned"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const ReadAttack attack{.place = IdPlace::kPath, .same_tenant = true};
  co_return co_await run_read_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_owner_read{
    .id = "owner.read",
    .control = report::Control::kOwner,
    .title = "One user can read what belongs to another",
    .why = "Every private object is one guessed or leaked id away from every other user.",
    .fix =
        "Compare the object's owner and tenant with the caller before answering; answer "
        "404 when they differ.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
