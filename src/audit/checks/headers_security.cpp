#include <charconv>

#include "audit/sites.h"
#include "text/ip.h"

namespace lr::audit {

extern const CheckDef check_headers_security;

namespace {

constexpr std::string_view kReferences[] = {"CWE-693", "OWASP API8:2023"};
constexpr Sample kSamples[] = {
    {Sample::Kind::kVulnerable, "headers_missing"},
    {Sample::Kind::kFixed, ""},
};

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  const auto ip = text::parse_ip(host);
  return ip && ip->is_loopback();
}

std::int64_t hsts_seconds(const probe::Exchange& answer) {
  const auto value = answer.response.headers.get("Strict-Transport-Security");
  if (!value) return 0;
  const std::string lower = text::lower_ascii(*value);
  const std::size_t at = lower.find("max-age=");
  if (at == std::string::npos) return 0;
  const char* begin = lower.data() + at + 8;
  if (*begin == '"') ++begin;
  std::int64_t out = 0;
  std::from_chars(begin, lower.data() + lower.size(), out);
  return out;
}

void report_missing(CheckContext& context, const Site& site, std::string what) {
  Found found = context.finding(site.answer, what);
  found.title = std::move(what);
  found.group = found.title;
  found.guard = "headers: {}  # the guard adds the profile for HTML or JSON to every answer";
  context.found(site.cell, std::move(found));
}

void look(CheckContext& context, const Site& site) {
  constexpr std::int64_t kHalfAYear = 15'552'000;
  const auto sniff = site.answer.response.headers.get("X-Content-Type-Options");
  const text::Url& target = context.prober().target();
  if (!sniff || !text::equals_ignoring_case(text::trim_ows(*sniff), "nosniff")) {
    report_missing(context, site, "X-Content-Type-Options: nosniff is missing");
  } else if (target.scheme == "https" && hsts_seconds(site.answer) < kHalfAYear) {
    report_missing(context, site, "Strict-Transport-Security is missing or under six months");
  } else if (target.scheme == "http" && !is_loopback(target.host)) {
    report_missing(context, site, "The product is served without TLS");
  } else {
    context.proved();
  }
}

net::Task<> run(CheckContext& context) {
  constexpr std::size_t kSites = 100;
  LR_CO_TRY(const std::vector<Site> sites, co_await readable_sites(context, kSites, Visit::kOnce));
  context.plan(sites.size());
  for (const Site& site : sites) look(context, site);
  co_return Result<>();
}

}  // namespace

constinit const CheckDef check_headers_security{
    .id = "headers.security",
    .control = report::Control::kHeaders,
    .title = "Security headers are missing",
    .why =
        "Browsers guess content types and follow plain links: small holes become big "
        "ones.",
    .fix =
        "Send X-Content-Type-Options: nosniff on every answer and, over TLS, Strict- "
        "Transport-Security for at least six months.",
    .worst = report::Severity::kMedium,
    .needs = Needs::kNothing,
    .posture = Posture::kObserve,
    .references = kReferences,
    .run = run,
    .samples = kSamples,
};

}  // namespace lr::audit
