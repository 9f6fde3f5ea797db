// Do the names of the product lead to the edge at all?
#include <fmt/format.h>

#include <algorithm>

#include "domain/edge/cloudflare_ranges.h"
#include "domain/web/visitor.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "edge_dns.outside",
     .control = Control::kEdge,
     .title = "A web host does not lead to the edge",
     .why = "Its visitors reach the server directly: no firewall, no limits, and its address is "
            "known.",
     .fix = "Proxy the name, so that its records are addresses of the edge.",
     .worst = Severity::kHigh,
     .reference = "https://www.cloudflare.com/ips/",
     .instead = "{name}. CNAME <the name that the edge gave you>."},
    {.id = "edge_dns.not_seen",
     .control = Control::kEdge,
     .title = "The promised edge does not show in the answers",
     .why = "The addresses are the edge's, but somebody else seems to answer.",
     .fix = "See that the name is proxied by the zone that the contract names.",
     .worst = Severity::kLow,
     .reference = "Cloudflare HTTP headers reference, cf-ray"},
    {.id = "edge_dns.unpromised",
     .control = Control::kEdge,
     .title = "There is an edge that the contract does not name",
     .why = "What it caches, filters and logs is not checked.",
     .fix = "Add the section edge to the contract.",
     .worst = Severity::kInfo,
     .reference = "Cloudflare HTTP headers reference, cf-ray"},
};

bool shows_cloudflare(const Visit& visit) {
  const auto server = visit.header("Server");
  return visit.header("CF-Ray").has_value() ||
         (server && text::equals_ignoring_case(*server, "cloudflare"));
}

void judge_unpromised(Inspection& inspection) {
  if (!inspection.network().live) return;
  Visitor visitor(inspection);
  for (const std::string& host : inspection.subject().web_hosts) {
    const Visit visit = visitor.visit(web_url("https", host));
    if (!visit.has_response()) continue;
    std::optional<Found> found;
    if (shows_cloudflare(visit)) {
      found = Found{.about = visit.url.str(),
                    .observed = visit.quote({"Server", "CF-Ray"}),
                    .expected = "a section edge with provider: cloudflare",
                    .reproduce = curl_of(visit.url)};
    }
    inspection.judge("unpromised", host, std::move(found));
  }
}

void judge_addresses(Inspection& inspection, const std::string& host,
                     const std::vector<text::IpPrefix>& ranges) {
  const HostAddresses found = addresses_of(inspection.resolver(), host);
  if (found.failed) inspection.unproved("outside", host, found.why);
  for (const text::IpAddress& ip : found.all) {
    if (is_in(ranges, ip)) {
      inspection.proved("outside", host);
      continue;
    }
    const RecordType type = ip.is_v4() ? RecordType::kA : RecordType::kAaaa;
    inspection.found("outside", {.about = host,
                                 .record = QuotedRecord{host, type, ip.str(), 0, 0},
                                 .expected = "an address in the edge's ranges"});
  }
}

void judge_seen(Inspection& inspection, Visitor& visitor, const std::string& host) {
  const Visit visit = visitor.visit(web_url("https", host));
  if (!visit.has_response()) return inspection.unproved("not_seen", host, visit.why);
  std::optional<Found> found;
  if (!shows_cloudflare(visit)) {
    found = Found{.about = visit.url.str(),
                  .observed = visit.quote({"Server", "Via"}),
                  .expected = "a CF-Ray field",
                  .reproduce = curl_of(visit.url)};
  }
  inspection.judge("not_seen", host, std::move(found));
}

void inspect(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  const EdgePromise& edge = subject.edge;
  if (edge.provider.empty()) {
    judge_unpromised(inspection);
    return inspection.rest_not_applicable("the contract promises no edge");
  }
  inspection.not_applicable("unpromised", "the contract names the edge");
  const bool cloudflare = edge.provider == "cloudflare";
  std::vector<text::IpPrefix> ranges = edge.ranges;
  if (ranges.empty() && cloudflare) ranges = cloudflare_ranges();
  if (ranges.empty()) {
    inspection.not_applicable("outside", "the contract gives no ranges of this edge (edge.ranges)");
  } else {
    for (const std::string& host : subject.web_hosts) judge_addresses(inspection, host, ranges);
  }
  if (!cloudflare) {
    inspection.not_applicable("not_seen", "only Cloudflare's answers are known by their fields");
  } else if (inspection.network().live) {
    Visitor visitor(inspection);
    for (const std::string& host : subject.web_hosts) judge_seen(inspection, visitor, host);
  }
  inspection.rest_not_applicable(inspection.network().live ? "no web host has an address"
                                                           : "needs the network");
}

}  // namespace

extern constinit const Area area_edge_dns;
constinit const Area area_edge_dns{.name = "edge_dns", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
