#include "audit/origins.h"

namespace lr::audit {

extern const CheckDef check_cors_null_origin;

namespace {

constexpr std::string_view kReferences[] = {"CWE-942"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "cors_null"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 40;
  std::vector<OriginForm> forms = {OriginForm{"the null origin", "null"}};
  co_return co_await try_origins(context, std::move(forms), kSites);
}

}  // namespace

constinit const CheckDef check_cors_null_origin{
    .id = "cors.null_origin",
    .control = report::Control::kCors,
    .title = "The origin \"null\" is let in",
    .why =
        "Any page can be made to have the origin null (a sandboxed frame), and then reads "
        "private data.",
    .fix = "Never answer \"null\"; it is nobody's origin.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
