#include "audit/bodies.h"

namespace lr::audit {

extern const CheckDef check_input_content_type;

namespace {

constexpr std::string_view kReferences[] = {"CWE-352", "CWE-436"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "input_any_content_type"},
    {Sample::Kind::kFixed, ""},
};

std::vector<BadBody> make(const contract::Route&, const std::string& valid) {
  return {{"JSON as text/plain", valid, "text/plain"},
          {"JSON as a form", valid, "application/x-www-form-urlencoded"},
          {"JSON as XML", valid, "application/xml"}};
}

net::Task<> run(CheckContext& context) {
  const BodyAttack attack{.make = make};
  co_return co_await run_body_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_input_content_type{
    .id = "input.content_type",
    .control = report::Control::kInput,
    .title = "Bodies are read whatever their content type says",
    .why =
        "A form on another website can post commands in a user's name: browsers send "
        "text/plain without asking.",
    .fix = "Answer 415 unless the content type is the one that the route expects.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kBodies,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
