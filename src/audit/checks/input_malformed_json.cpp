#include "audit/bodies.h"

namespace lr::audit {

extern const CheckDef check_input_malformed_json;

namespace {

constexpr std::string_view kReferences[] = {"CWE-20", "CWE-248"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "input_crash_malformed"},
    {Sample::Kind::kFixed, ""},
};

std::vector<BadBody> make(const contract::Route&, const std::string& valid) {
  return {{"a body cut in half", valid.substr(0, valid.size() / 2 + 1), ""},
          {"a comma too much", "{\"a\": 1,}", ""},
          {"no body at all", " ", ""},
          {"two values", valid + valid, ""},
          {"a number that is none", "{\"a\": NaN}", ""},
          {"invalid UTF-8", "{\"a\": \"\xff\xfe\"}", ""},
          {"single quotes", "{'a': 1}", ""}};
}

net::Task<> run(CheckContext& context) {
  const BodyAttack attack{.make = make};
  co_return co_await run_body_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_input_malformed_json{
    .id = "input.malformed_json",
    .control = report::Control::kInput,
    .title = "Malformed JSON is not refused",
    .why = "One bad request makes the service fail, or slips unchecked data in.",
    .fix = "Answer 400 to whatever is no strict JSON, before any business logic.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kBodies,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
