#include "audit/ownership.h"

namespace lr::audit {

extern const CheckDef check_owner_body;

namespace {

constexpr std::string_view kReferences[] = {"CWE-639", "OWASP API1:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "chat_body_unowned"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  const WriteAttack attack{.place = IdPlace::kBody};
  co_return co_await run_write_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_owner_body{
    .id = "owner.body",
    .control = report::Control::kOwner,
    .title = "An id in the body reaches objects of others",
    .why =
        "A chat or command that names a foreign id in its body continues somebody else's "
        "work.",
    .fix = "Check the owner of every id in a body as strictly as that of an id in the path.",
    .worst = report::Severity::kCritical,
    .needs = Needs::kObjects,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
