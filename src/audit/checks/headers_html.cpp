#include "audit/sites.h"

namespace lr::audit {

extern const CheckDef check_headers_html;

namespace {

constexpr std::string_view kReferences[] = {"CWE-1021", "CWE-693"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "html_no_csp"},
    {Sample::Kind::kFixed, ""},
};

/// frame-ancestors decides where it stands; a list with `*` lets everybody in, and so does an
/// X-Frame-Options of a value that browsers do not know.
bool may_be_framed(const probe::Exchange& answer, const std::string& policy) {
  constexpr std::string_view kAncestors = "frame-ancestors";
  const std::size_t at = policy.find(kAncestors);
  if (at != std::string::npos) {
    const std::string list = policy.substr(at + kAncestors.size());
    return (list.substr(0, list.find(';')) + " ").find(" * ") != std::string::npos;
  }
  const auto option = answer.response.headers.get("X-Frame-Options");
  const std::string value = option ? text::lower_ascii(text::trim_ows(*option)) : "";
  return value != "deny" && value != "sameorigin";
}

std::string weakness_of(const probe::Exchange& answer) {
  const auto policy = answer.response.headers.get("Content-Security-Policy");
  const std::string lower = policy ? text::lower_ascii(*policy) : "";
  const bool scripts = lower.find("default-src") != std::string::npos ||
                       lower.find("script-src") != std::string::npos;
  if (!scripts) return "The page has no Content-Security-Policy for scripts";
  return may_be_framed(answer, lower) ? "The page may be framed by every site" : "";
}

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 100;
  LR_CO_TRY(const std::vector<Site> sites, co_await readable_sites(context, kSites, Visit::kOnce));
  for (const Site& site : sites) {
    if (site.answer.content_type() != "text/html" || !site.answer.ok()) continue;
    context.plan(1);
    const std::string weakness = weakness_of(site.answer);
    if (weakness.empty()) {
      context.proved();
      continue;
    }
    Found found = context.finding(site.answer, weakness);
    found.title = weakness;
    found.group = weakness;
    found.guard = "# routes with `html: true` get the HTML header profile from the guard";
    context.found(site.cell, std::move(found));
  }
  context.not_applicable("no page of the product is HTML");
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_headers_html{
    .id = "headers.html",
    .control = report::Control::kHeaders,
    .title = "Pages have no Content-Security-Policy or may be framed",
    .why =
        "Injected scripts run in your users' sessions; other sites lay invisible buttons "
        "over yours.",
    .fix =
        "Send a Content-Security-Policy without unsafe-inline for scripts, with frame- "
        "ancestors.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
