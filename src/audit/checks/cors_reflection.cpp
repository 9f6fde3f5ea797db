#include "audit/origins.h"

namespace lr::audit {

extern const CheckDef check_cors_reflection;

namespace {

constexpr std::string_view kReferences[] = {"CWE-942", "OWASP API8:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "cors_reflects_origin"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 40;
  std::vector<OriginForm> forms = stranger_origins();
  co_return co_await try_origins(context, std::move(forms), kSites);
}

}  // namespace

constinit const CheckDef check_cors_reflection{
    .id = "cors.reflection",
    .control = report::Control::kCors,
    .title = "Every website may call the API as the signed-in user",
    .why = "A page that a user visits reads their private data with their own session.",
    .fix =
        "Answer only the exact origins that you list, on errors and preflights too; never "
        "echo Origin.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
