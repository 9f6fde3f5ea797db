#include <algorithm>

#include "audit/origins.h"

namespace lr::audit {

extern const CheckDef check_cors_lookalike;

namespace {

constexpr std::string_view kReferences[] = {"CWE-942", "CWE-185"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "cors_suffix_match"},
    {Sample::Kind::kFixed, ""},
};

/// The listed origins; without any, the target's own.
std::vector<OriginForm> all_lookalikes(CheckContext& context) {
  std::vector<std::string> origins;
  if (context.has_contract()) origins = context.contract().cors.origins;
  if (origins.empty()) origins.push_back(context.prober().target().origin());
  std::vector<OriginForm> out;
  constexpr std::size_t kOriginsTried = 3;
  for (std::size_t i = 0; i < origins.size() && i < kOriginsTried; ++i) {
    for (OriginForm& form : lookalikes_of(origins[i])) {
      const bool listed = std::ranges::find(origins, form.origin) != origins.end();
      if (!listed) out.push_back(std::move(form));
    }
  }
  return out;
}

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 4;
  std::vector<OriginForm> forms = all_lookalikes(context);
  co_return co_await try_origins(context, std::move(forms), kSites);
}

}  // namespace

constinit const CheckDef check_cors_lookalike{
    .id = "cors.lookalike",
    .control = report::Control::kCors,
    .title = "Origins that only look like the right one are let in",
    .why =
        "An attacker registers a name that passes the sloppy comparison and reads users' "
        "data.",
    .fix =
        "Compare origins byte for byte with a list; no prefix, suffix or regular "
        "expression.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
