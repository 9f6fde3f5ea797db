// Do the promised names lead anywhere, over both protocols, and only where they should?
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/dns/name_facts.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "addresses.none",
     .control = Control::kDns,
     .title = "A promised name has no address",
     .why = "Visitors of that name get an error before the product is even asked.",
     .fix = "Publish an A and an AAAA record, or take the name out of the contract.",
     .worst = Severity::kHigh,
     .reference = "RFC 1034 section 3.6"},
    {.id = "addresses.unreachable",
     .control = Control::kDns,
     .title = "A public name leads to an address that the internet cannot reach",
     .why = "Visitors cannot connect, and those on a network with that address reach somebody "
            "else's machine. It also shows how your own network is built.",
     .fix = "Publish the public address, and keep private ones in a private zone.",
     .worst = Severity::kHigh,
     .reference = "RFC 6890; RFC 1918",
     .instead = "{name}. A <an address that the Internet reaches>"},
    {.id = "addresses.ipv6_parity",
     .control = Control::kDns,
     .title = "Some names have IPv6 addresses and others have none",
     .why = "Users on networks without IPv4 reach one part of the product and not the other.",
     .fix = "Publish AAAA records for all of these names.",
     .worst = Severity::kLow,
     .reference = "RFC 6589; RFC 8305"},
    {.id = "addresses.staging_shared",
     .control = Control::kDns,
     .title = "A staging name leads to the servers of production",
     .why = "Staging often has weaker logins and test data. On the same server, one mistake there "
            "is a mistake in production.",
     .fix = "Remove the name, or give staging addresses of its own.",
     .worst = Severity::kMedium,
     .reference = "OWASP ASVS 14.1.3",
     .instead = "{name}. A <an address of its own>"},
};

struct HostFacts {
  std::string host;
  HostAddresses addresses;
  bool has_v4() const {
    return std::ranges::any_of(addresses.all, [](const auto& ip) { return ip.is_v4(); });
  }
  bool has_v6() const {
    return std::ranges::any_of(addresses.all, [](const auto& ip) { return !ip.is_v4(); });
  }
};

void judge_existence(Inspection& inspection, const HostFacts& facts) {
  if (!facts.addresses.all.empty()) {
    inspection.proved("none", facts.host);
  } else if (facts.addresses.failed) {
    inspection.unproved("none", facts.host, facts.addresses.why);
  } else {
    inspection.found("none",
                     {.about = facts.host,
                      .observed = facts.addresses.exists ? "no A and no AAAA record" : "NXDOMAIN",
                      .reproduce = "dig +short " + facts.host + " A"});
  }
}

void judge_reach(Inspection& inspection, const HostFacts& facts) {
  // Where well-known ports are mapped, the whole internet is on the loopback.
  const bool laboratory = !inspection.network().ports.empty();
  for (const text::IpAddress& ip : facts.addresses.all) {
    if (!is_unreachable(ip) || (laboratory && ip.is_loopback())) continue;
    const RecordType type = ip.is_v4() ? RecordType::kA : RecordType::kAaaa;
    inspection.found("unreachable", {.about = facts.host,
                                     .record = quoted_record(facts.host, type, ip.str()),
                                     .expected = "an address that is reachable from everywhere"});
    return;
  }
  if (!facts.addresses.all.empty()) {
    inspection.proved("unreachable", facts.host);
  } else if (facts.addresses.failed) {
    inspection.unproved("unreachable", facts.host, facts.addresses.why);
  }
}

void judge_parity(Inspection& inspection, const std::vector<HostFacts>& hosts) {
  const bool anybody = std::ranges::any_of(hosts, &HostFacts::has_v6);
  for (const HostFacts& facts : hosts) {
    if (facts.addresses.failed) {
      inspection.unproved("ipv6_parity", facts.host, facts.addresses.why);
    } else if (anybody && facts.has_v4() && !facts.has_v6()) {
      inspection.found("ipv6_parity", {.about = facts.host,
                                       .observed = "A but no AAAA record, while other names of the "
                                                   "product have one",
                                       .reproduce = "dig +short " + facts.host + " AAAA"});
    } else {
      inspection.proved("ipv6_parity", facts.host);
    }
  }
}

/// Edges give the same addresses to many customers, so only the address of an own origin proves
/// that it is the same server.
void judge_staging(Inspection& inspection, const std::vector<HostFacts>& production) {
  std::vector<text::IpAddress> live;
  for (const HostFacts& facts : production) {
    live.insert(live.end(), facts.addresses.all.begin(), facts.addresses.all.end());
  }
  const auto& origins = inspection.subject().edge.origins;
  for (const std::string& host : inspection.subject().staging) {
    const HostAddresses found = addresses_of(inspection.resolver(), host);
    const auto shared = std::ranges::find_if(found.all, [&](const auto& ip) {
      return std::ranges::count(live, ip) != 0 || std::ranges::count(origins, ip) != 0;
    });
    if (shared != found.all.end()) {
      const bool own = std::ranges::count(origins, *shared) != 0;
      const RecordType type = shared->is_v4() ? RecordType::kA : RecordType::kAaaa;
      inspection.found("staging_shared", {.about = host,
                                          .severity = own ? Severity::kMedium : Severity::kLow,
                                          .record = quoted_record(host, type, shared->str())});
    } else if (found.failed) {
      inspection.unproved("staging_shared", host, found.why);
    } else {
      inspection.proved("staging_shared", host);
    }
  }
  if (inspection.subject().staging.empty()) {
    inspection.not_applicable("staging_shared", "the contract names no staging hosts");
  }
}

void inspect(Inspection& inspection) {
  std::vector<HostFacts> hosts;
  for (const std::string& host : inspection.subject().web_hosts) {
    if (hosts.size() == kHostsJudged) break;
    hosts.push_back({host, addresses_of(inspection.resolver(), host)});
    judge_existence(inspection, hosts.back());
    judge_reach(inspection, hosts.back());
  }
  judge_parity(inspection, hosts);
  judge_staging(inspection, hosts);
  inspection.rest_not_applicable("no web hosts are promised");
}

}  // namespace

extern constinit const Area area_addresses;
constinit const Area area_addresses{.name = "addresses", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
