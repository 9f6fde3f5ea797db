#include <fmt/format.h>

#include "audit/sites.h"

namespace lr::audit {

extern const CheckDef check_headers_cache;

namespace {

constexpr std::string_view kReferences[] = {"CWE-524", "CWE-525"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "private_cacheable"},
    {Sample::Kind::kFixed, ""},
};

/// "" when no shared cache may keep the answer.
std::string weakness_of(const probe::Exchange& answer) {
  text::Fields fields = answer.response.headers.view();
  for (const char* open : {"public"}) {
    if (fields.has_token("Cache-Control", open)) return "Cache-Control: public";
  }
  const bool closed =
      fields.has_token("Cache-Control", "no-store") || fields.has_token("Cache-Control", "private");
  return closed ? "" : "Cache-Control has neither no-store nor private";
}

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 100;
  LR_CO_TRY(const std::vector<Site> sites, co_await readable_sites(context, kSites, Visit::kOnce));
  for (const Site& site : sites) {
    const bool shareable = site.route != nullptr && site.route->cache;
    if (!site.is_private || shareable || !site.answer.ok()) continue;
    context.plan(1);
    const std::string weakness = weakness_of(site.answer);
    if (weakness.empty()) {
      context.proved();
      continue;
    }
    Found found = context.finding(site.answer, weakness);
    found.guard = "# the guard sends no-store on every route without `cache: true`";
    found.group = "all routes";
    context.found(site.cell, std::move(found));
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_headers_cache{
    .id = "headers.cache",
    .control = report::Control::kHeaders,
    .title = "Private answers may be stored by caches",
    .why = "A proxy or a shared browser shows one user's private data to the next.",
    .fix = "Send Cache-Control: no-store on every answer that depends on who asks.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kPrivateRoutes,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
