#include "audit/origins.h"

namespace lr::audit {

extern const CheckDef check_cors_credentials_wildcard;

namespace {

constexpr std::string_view kReferences[] = {"CWE-942"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "cors_star_credentials"},
    {Sample::Kind::kFixed, ""},
};

net::Task<> look(CheckContext& context, const Site& site) {
  probe::Request request = site.request;
  request.headers.set("Origin", "https://launchready-audit.invalid");
  LR_CO_TRY(const probe::Exchange answer,
            co_await context.session().send_as(std::move(request), site.persona));
  const auto allowed = answer.response.headers.get("Access-Control-Allow-Origin");
  const bool credentials =
      answer.response.headers.get("Access-Control-Allow-Credentials") == "true";
  if (allowed != "*" || (!credentials && !site.is_private)) {
    context.proved();
    co_return Result<>();
  }
  Found found = context.finding(
      answer, credentials ? "`*` together with credentials" : "`*` on a private route");
  found.severity = credentials ? report::Severity::kHigh : report::Severity::kMedium;
  found.guard = "origins: [https://your-own-site.example]  # only listed origins are let in";
  found.group = "all routes";
  context.found(site.cell, std::move(found));
  co_return Result<>();
}

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 40;
  LR_CO_TRY(const std::vector<Site> sites, co_await readable_sites(context, kSites, Visit::kOften));
  context.plan(sites.size());
  for (const Site& site : sites) {
    LR_CO_TRY_VOID(co_await look(context, site));
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_cors_credentials_wildcard{
    .id = "cors.credentials_wildcard",
    .control = report::Control::kCors,
    .title = "Every origin is allowed by a wildcard",
    .why = "Any website can call the API from its visitors' browsers.",
    .fix =
        "List the origins that may call; `*` belongs to public data only, and never with "
        "credentials.",
    .worst = report::Severity::kHigh,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
