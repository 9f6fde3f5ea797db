// Does every promised host answer on HTTPS, at each of its addresses?
#include <fmt/format.h>

#include "domain/web/visitor.h"

namespace lr::domain {
namespace {

constexpr CheckDef kChecks[] = {
    {.id = "https.no_answer",
     .control = report::Control::kTls,
     .title = "The site does not answer on HTTPS",
     .why = "Browsers ask for HTTPS first and show an error page instead of the product.",
     .fix = "Serve the host on port 443 with TLS 1.2 and 1.3 and HTTP/1.1.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 9110 section 4.2.2"},
    {.id = "https.certificate",
     .control = report::Control::kTls,
     .title = "Browsers refuse the certificate of the site",
     .why = "Every visitor sees a full-page warning, and programs refuse to connect.",
     .fix = "Install a certificate for exactly this host, with its whole chain, and renew it in "
            "time.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 9110 section 4.3.4"},
    {.id = "https.dead_address",
     .control = report::Control::kTls,
     .title = "One of the host's addresses does not answer",
     .why = "Visitors who get that address wait or see an error, others do not: a fault that is "
            "hard to find.",
     .fix = "Start the server on that address too, or take its A or AAAA record away.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 8305 section 2"},
    {.id = "https.server_error",
     .control = report::Control::kTls,
     .title = "The start page answers with a server error",
     .why = "Visitors see an error instead of the product.",
     .fix = "Look into the server's log for this request and repair what fails.",
     .worst = report::Severity::kMedium,
     .reference = "RFC 9110 section 15.6"},
};

std::string_view failure_text(Reach reach) {
  switch (reach) {
    case Reach::kRefused:
      return "port 443 is closed";
    case Reach::kNoTls:
      return "port 443 is open, but no TLS 1.2 or 1.3 handshake succeeds";
    case Reach::kNoHttp:
      return "the handshake succeeds, but no HTTP/1.1 answer comes";
    default:
      return "no answer";
  }
}

bool is_dead(const Visit& visit) {
  return visit.reach == Reach::kRefused || visit.reach == Reach::kNoTls ||
         visit.reach == Reach::kNoHttp;
}

Found failure(const Visit& visit) {
  return {
      .about = visit.url.str(),
      .observed = fmt::format("{} at {}: {}", failure_text(visit.reach), visit.ip.str(), visit.why),
      .expected = "an answer to GET / with a status below 500",
      .reproduce = fmt::format("curl -sSI --resolve {}:443:{} {}", visit.url.host, visit.ip.str(),
                               visit.url.str())};
}

void judge_response(Inspection& inspection, const Visit& visit) {
  const std::string url = visit.url.str();
  std::optional<Found> certificate;
  if (visit.reach == Reach::kBadCertificate) {
    certificate = failure(visit);
    certificate->observed = fmt::format("at {}: {}", visit.ip.str(), visit.why);
    certificate->expected = "a certificate for " + visit.url.host + " with a trusted chain";
  }
  inspection.judge("certificate", url, std::move(certificate));
  std::optional<Found> error;
  if (visit.response.status >= 500) {
    error = Found{.about = url,
                  .observed = visit.quote({"Server"}),
                  .expected = "a status below 500",
                  .reproduce = curl_of(visit.url)};
  }
  inspection.judge("server_error", url, std::move(error));
}

/// All addresses of one host. Dead ones are only a fault of their own while others live.
void judge_host(Inspection& inspection, Visitor& visitor, const std::string& host) {
  const text::Url url = web_url("https", host);
  const HostAddresses& found = visitor.addresses(host);
  if (found.all.empty()) {
    const Visit visit = visitor.visit(url);
    if (is_unknown(visit.reach)) {
      inspection.unproved("no_answer", url.str(), visit.why);
    } else {
      inspection.found("no_answer", {.about = url.str(), .observed = visit.why});
    }
    return;
  }
  std::vector<Visit> visits;
  for (const auto& ip : found.all) visits.push_back(visitor.visit_at(url, ip));
  const bool any = std::ranges::any_of(visits, &Visit::has_response);
  if (any) inspection.proved("no_answer", url.str());
  for (const Visit& visit : visits) {
    const std::string_view check = any ? "dead_address" : "no_answer";
    if (visit.has_response()) {
      judge_response(inspection, visit);
      inspection.proved("dead_address", url.str());
    } else if (is_dead(visit)) {
      inspection.found(check, failure(visit));
    } else {
      inspection.unproved(check, url.str(), visit.ip.str() + ": " + visit.why);
    }
  }
}

void inspect(Inspection& inspection) {
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  Visitor visitor(inspection);
  for (const std::string& host : inspection.subject().web_hosts) {
    judge_host(inspection, visitor, host);
  }
  inspection.rest_not_applicable(inspection.subject().web_hosts.empty()
                                     ? "no web hosts are promised"
                                     : "no host answers on HTTPS");
}

}  // namespace

extern constinit const Area area_https;
constinit const Area area_https{.name = "https", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
