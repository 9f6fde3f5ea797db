#include "audit/bodies.h"

namespace lr::audit {

extern const CheckDef check_input_deep_nesting;

namespace {

constexpr std::string_view kReferences[] = {"CWE-674", "CWE-400"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "input_depth_500"},
    {Sample::Kind::kFixed, ""},
};

std::vector<BadBody> make(const contract::Route& route, const std::string&) {
  const std::size_t room = route.body ? route.body->max_bytes : limits::kBodyBytes;
  std::vector<BadBody> out;
  for (const std::size_t depth : {std::size_t(100), std::size_t(1500)}) {
    if (depth * 2 + 8 > room) continue;
    out.push_back({std::to_string(depth) + " arrays in one another",
                   "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}", ""});
  }
  return out;
}

net::Task<> run(CheckContext& context) {
  const BodyAttack attack{.make = make, .success_is_found = false, .may_cut = false};
  co_return co_await run_body_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_input_deep_nesting{
    .id = "input.deep_nesting",
    .control = report::Control::kInput,
    .title = "Deeply nested JSON makes the service fail",
    .why = "A body of a few kilobytes ends a worker or the whole process.",
    .fix = "Bound the depth of JSON when it is parsed (64 is plenty).",
    .worst = report::Severity::kHigh,
    .needs = Needs::kBodies,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
