#include <fmt/format.h>

#include <algorithm>

#include "audit/sites.h"

namespace lr::audit {

extern const CheckDef check_headers_fingerprint;

namespace {

constexpr std::string_view kReferences[] = {"CWE-200", "CWE-497"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "server_banner"},
    {Sample::Kind::kFixed, ""},
};

/// A product name with a version ("nginx/1.22"), or fields that exist for nothing else.
std::string banner_of(const probe::Exchange& answer) {
  for (const char* name :
       {"X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator", "X-Runtime"}) {
    if (const auto value = answer.response.headers.get(name)) {
      return fmt::format("{}: {}", name, *value);
    }
  }
  const auto server = answer.response.headers.get("Server");
  const bool version =
      server && std::ranges::any_of(*server, [](char c) { return c >= '0' && c <= '9'; });
  return version ? fmt::format("Server: {}", *server) : "";
}

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 100;
  LR_CO_TRY(const std::vector<Site> sites, co_await readable_sites(context, kSites, Visit::kOnce));
  context.plan(sites.size());
  for (const Site& site : sites) {
    const std::string banner = banner_of(site.answer);
    if (banner.empty()) {
      context.proved();
      continue;
    }
    Found found = context.finding(site.answer, banner);
    found.guard = "headers: { remove: [Server, X-Powered-By] }  # the guard's default";
    found.group = "all routes";
    context.found(site.cell, std::move(found));
  }
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_headers_fingerprint{
    .id = "headers.fingerprint",
    .control = report::Control::kHeaders,
    .title = "Answers name the software and its version",
    .why = "An attacker picks the exploits that fit; scanners find you by version.",
    .fix = "Remove Server versions and X-Powered-By at the edge.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
