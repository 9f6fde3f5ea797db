#include "audit/bodies.h"

namespace lr::audit {

extern const CheckDef check_input_oversized;

namespace {

constexpr std::string_view kReferences[] = {"CWE-400", "CWE-770", "OWASP API4:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "input_no_size_limit"},
    {Sample::Kind::kFixed, ""},
};

constexpr std::size_t kBytesMax = 2 * limits::kMiB;

/// Blanks behind a valid body: only the rule about size can refuse it.
std::vector<BadBody> make(const contract::Route& route, const std::string& valid) {
  const std::size_t size = route.body ? route.body->max_bytes : limits::kBodyBytes;
  if (size >= kBytesMax || valid.size() > size) return {};
  return {{"a valid body with blanks up to one byte over the limit",
           valid + std::string(size + 1 - valid.size(), ' '), ""},
          {"a valid body with blanks up to twice the limit",
           valid + std::string(2 * size - valid.size(), ' '), ""}};
}

net::Task<> run(CheckContext& context) {
  const BodyAttack attack{.make = make};
  co_return co_await run_body_attack(context, attack);
}

}  // namespace

constinit const CheckDef check_input_oversized{
    .id = "input.oversized",
    .control = report::Control::kInput,
    .title = "Bodies over the promised size are processed",
    .why = "A few large requests eat the memory, and the model's budget.",
    .fix =
        "Refuse bodies over the limit with 413 as soon as the declared or read size shows "
        "it.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kBodies,
    .posture = Posture::kSafe,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
