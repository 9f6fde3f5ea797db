// Does the origin answer people who go around the edge, and who tells them where it is?
#include <fmt/format.h>

#include <algorithm>

#include "domain/edge/direct.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "bypass.origin_https",
     .control = Control::kEdge,
     .title = "The origin answers everybody directly on HTTPS",
     .why = "An attacker who knows its address goes around the firewall, the limits and the logs "
            "of the edge.",
     .fix = "Let the origin accept connections from the edge's addresses only, or demand the "
            "edge's client certificate.",
     .worst = Severity::kHigh,
     .reference = "CWE-693 Protection Mechanism Failure"},
    {.id = "bypass.origin_http",
     .control = Control::kEdge,
     .title = "The origin answers everybody directly on plain HTTP",
     .why = "An attacker goes around the edge, and what the origin says can be read on the way.",
     .fix = "Close port 80 of the origin to everybody but the edge.",
     .worst = Severity::kHigh,
     .reference = "CWE-693 Protection Mechanism Failure"},
    {.id = "bypass.leaked_name",
     .control = Control::kEdge,
     .title = "A public name shows the origin's address",
     .why = "Names like direct or ftp are the first that an attacker looks up to get around the "
            "edge.",
     .fix = "Take the record away or proxy it, and give the origin a new address.",
     .worst = Severity::kMedium,
     .reference = "CWE-200 Exposure of Sensitive Information",
     .instead = kTakeOut},
};

/// Names that origins are commonly left under.
constexpr std::string_view kUsualNames[] = {
    "direct", "origin", "ftp",     "cpanel", "mail",    "smtp", "webmail",
    "server", "ssh",    "backend", "old",    "staging", "dev",  "api-origin",
};

Found about(const DirectAnswer& answer) {
  const Visit& direct = answer.direct;
  return {.about = direct.url.str() + " at " + direct.ip.str(),
          .observed = direct.quote({"Server", "Location"}),
          .expected = "no connection, no handshake, or status 403",
          .reproduce = fmt::format("curl -sSIk --resolve {}:{}:{} {}", direct.url.host,
                                   direct.url.port, direct.ip.str(), direct.url.str())};
}

void judge_port(Inspection& inspection, std::string_view check, const DirectAnswer& answer) {
  const std::string where = answer.direct.ip.str();
  switch (answer.verdict) {
    case Direct::kRefused:
      return inspection.proved(check, where);
    case Direct::kAnswers:
      return inspection.found(check, about(answer));
    case Direct::kUnknown:
      return inspection.unproved(check, where, answer.why);
  }
}

void judge_names(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  for (const std::string_view label : kUsualNames) {
    const std::string name = fmt::format("{}.{}", label, subject.domain);
    const HostAddresses found = addresses_of(inspection.resolver(), name);
    if (found.failed) {
      inspection.unproved("leaked_name", name, found.why);
      continue;
    }
    const auto at = std::ranges::find_if(found.all, [&](const text::IpAddress& ip) {
      return std::ranges::find(subject.edge.origins, ip) != subject.edge.origins.end();
    });
    if (at == found.all.end()) {
      inspection.proved("leaked_name", name);
      continue;
    }
    const RecordType type = at->is_v4() ? RecordType::kA : RecordType::kAaaa;
    inspection.found("leaked_name", {.about = name,
                                     .record = QuotedRecord{name, type, at->str(), 0, 0},
                                     .expected = "no name that shows an address of the origin"});
  }
}

void inspect(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  if (subject.edge.provider.empty()) {
    return inspection.rest_not_applicable("the contract promises no edge");
  }
  if (subject.edge.origins.empty()) {
    return inspection.rest_not_applicable("the contract names no origin addresses (edge.origins)");
  }
  judge_names(inspection);
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  Visitor visitor(inspection);
  for (const std::string& host : subject.web_hosts) {
    for (const text::IpAddress& origin : subject.edge.origins) {
      judge_port(inspection, "origin_https", ask_directly(visitor, web_url("https", host), origin));
      judge_port(inspection, "origin_http", ask_directly(visitor, web_url("http", host), origin));
    }
  }
  inspection.rest_not_applicable("no web hosts are promised");
}

}  // namespace

extern constinit const Area area_bypass;
constinit const Area area_bypass{.name = "bypass", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
