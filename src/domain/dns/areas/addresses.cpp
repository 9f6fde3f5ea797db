// Do the promised names lead anywhere?
#include "domain/inspection.h"

namespace lr::domain {
namespace {

constexpr CheckDef kChecks[] = {
    {.id = "addresses.none",
     .control = report::Control::kDns,
     .title = "A promised name has no address",
     .why = "Visitors of that name get an error before the product is even asked.",
     .fix = "Publish an A and an AAAA record, or take the name out of the contract.",
     .worst = report::Severity::kHigh,
     .reference = "RFC 1034 section 3.6"},
};

void inspect(Inspection& inspection) {
  for (const std::string& host : inspection.subject().web_hosts) {
    const HostAddresses found = addresses_of(inspection.resolver(), host);
    if (!found.all.empty()) {
      inspection.proved("none", host);
    } else if (found.failed) {
      inspection.unproved("none", host, found.why);
    } else {
      inspection.found("none", {.about = host,
                                .observed = found.exists ? "no A and no AAAA record" : "NXDOMAIN",
                                .reproduce = "dig +short " + host + " A"});
    }
  }
  inspection.rest_not_applicable("no web hosts are promised");
}

}  // namespace

extern constinit const Area area_addresses;
constinit const Area area_addresses{.name = "addresses", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
