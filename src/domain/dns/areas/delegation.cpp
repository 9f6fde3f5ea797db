// The servers of the zone: are there enough, do they answer, and do they say the same?
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/dns/name_facts.h"
#include "domain/dns/server_survey.h"
#include "domain/idn.h"
#include "domain/rdata_text.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "delegation.no_servers",
     .control = Control::kDns,
     .title = "No name server answers for the domain",
     .why = "The domain is gone for everybody as soon as caches are empty.",
     .fix = "Let the registrar point to name servers that have the zone.",
     .worst = Severity::kCritical,
     .reference = "RFC 1034 section 4.2"},
    {.id = "delegation.single_server",
     .control = Control::kDns,
     .title = "The domain has one name server",
     .why = "When it fails, site and mail are gone.",
     .fix = "Add a second name server in another network.",
     .worst = Severity::kMedium,
     .reference = "RFC 1034 section 4.1; RFC 2182 section 3.1",
     .instead = "{name}. NS <a second name server, somewhere else>."},
    {.id = "delegation.one_network",
     .control = Control::kDns,
     .title = "All name servers are in one network",
     .why = "One broken line or one wrong route takes all of them away.",
     .fix = "Add a name server in another network.",
     .worst = Severity::kLow,
     .reference = "RFC 2182 section 3.1"},
    {.id = "delegation.unresolvable",
     .control = Control::kDns,
     .title = "A name server's name has no address",
     .why = "Resolvers that pick it wait in vain. If its domain is free, whoever registers it "
            "answers for yours.",
     .fix = "Correct the name at the registrar and in the zone, or remove it.",
     .worst = Severity::kHigh,
     .reference = "RFC 1912 section 2.8",
     .instead = kTakeOut},
    {.id = "delegation.alias",
     .control = Control::kDns,
     .title = "A name server's name is an alias",
     .why = "Resolvers may refuse to follow it, and then have one server less.",
     .fix = "Name the server by a name with A and AAAA records.",
     .worst = Severity::kMedium,
     .reference = "RFC 2181 section 10.3"},
    {.id = "delegation.promised",
     .control = Control::kDns,
     .title = "The name servers are not those of the contract",
     .why = "Either the contract is old, or somebody else answers for the domain.",
     .fix = "Find out who changed them; then correct the registrar or the contract.",
     .worst = Severity::kHigh,
     .reference = "RFC 1034 section 4.2.1"},
    {.id = "delegation.timers",
     .control = Control::kDns,
     .title = "The times of the SOA record are unusual",
     .why = "Secondary servers may give up the zone too early, or \"does not exist\" is remembered "
            "for too long.",
     .fix = "Use refresh 3600 to 86400, retry below refresh, expire 604800 to 2419200, minimum 60 "
            "to 86400.",
     .worst = Severity::kLow,
     .reference = "RFC 1912 section 2.2; RFC 2308 section 5",
     .instead = "{name}. SOA <server> <contact> <serial> 7200 900 1209600 300"},
    {.id = "delegation.lame",
     .control = Control::kDns,
     .title = "A name server does not have the zone",
     .why = "A share of all questions gets no answer, so pages and mail are slow or fail now and "
            "then. At providers where anybody can add zones, somebody else may add yours.",
     .fix = "Add the zone to that server, or remove the server from registrar and zone.",
     .worst = Severity::kHigh,
     .reference = "RFC 1912 section 2.8"},
    {.id = "delegation.parity",
     .control = Control::kDns,
     .title = "Registrar and zone name different name servers",
     .why = "Resolvers switch between both sets, so changes appear and disappear.",
     .fix = "Publish the same NS records in the zone and at the registrar.",
     .worst = Severity::kMedium,
     .reference = "RFC 1034 section 4.2.2"},
    {.id = "delegation.glue",
     .control = Control::kDns,
     .title = "The parent has wrong addresses of a name server",
     .why = "Resolvers start at an address where nobody answers, or where somebody else does.",
     .fix = "Correct the addresses of the name server (glue, host objects) at the registrar.",
     .worst = Severity::kMedium,
     .reference = "RFC 1034 section 4.2.1; RFC 9471"},
    {.id = "delegation.serial",
     .control = Control::kDns,
     .title = "Name servers have different versions of the zone",
     .why = "Visitors see old or new records by chance. If it lasts, a secondary server is stuck.",
     .fix = "Look again after the refresh time; then repair the transfer to the old one.",
     .worst = Severity::kLow,
     .reference = "RFC 1912 section 2.2"},
    {.id = "delegation.transfer_open",
     .control = Control::kDns,
     .title = "Anybody can copy the whole zone",
     .why = "It lists every host there is, also those that nobody should know of.",
     .fix = "Allow zone transfers (AXFR) to your secondary servers only.",
     .worst = Severity::kHigh,
     .reference = "RFC 5936 section 5"},
    {.id = "delegation.recursion_open",
     .control = Control::kDns,
     .title = "A name server answers questions about other people's names",
     .why = "It is used to flood others with traffic, its cache can be poisoned, and then it "
            "answers wrongly for you too.",
     .fix = "Switch recursion off on name servers of the zone.",
     .worst = Severity::kHigh,
     .reference = "RFC 5358"},
    {.id = "delegation.tcp",
     .control = Control::kDns,
     .title = "A name server does not answer over TCP",
     .why = "Answers that are too long for UDP, such as DKIM keys, cannot be fetched from it.",
     .fix = "Open TCP port 53.",
     .worst = Severity::kMedium,
     .reference = "RFC 7766 section 5"},
    {.id = "delegation.edns",
     .control = Control::kDns,
     .title = "A name server does not understand EDNS",
     .why = "DNSSEC is not possible with it, and resolvers lose time or give up.",
     .fix = "Update the server, or the firewall in front of it.",
     .worst = Severity::kMedium,
     .reference = "RFC 6891 section 7"},
};

constexpr std::string_view kNeedsNetwork = "needs the network";

std::string ns_line(const std::string& zone, const std::string& server) {
  return fmt::format("{}. IN NS {}.", zone, server);
}

std::set<std::string> names_of(const std::vector<ZoneServer>& servers) {
  std::set<std::string> out;
  for (const ZoneServer& server : servers) out.insert(server.name);
  return out;
}

std::string joined(const std::set<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

/// One address in a network of this size stands for all of it.
std::string network_of(const text::IpAddress& ip) {
  constexpr std::size_t kV4Bytes = 15;  // /24 behind the mapped prefix.
  constexpr std::size_t kV6Bytes = 6;   // /48
  return {ip.bytes.begin(), ip.bytes.begin() + (ip.is_v4() ? kV4Bytes : kV6Bytes)};
}

void judge_count(Inspection& inspection, const std::string& zone,
                 const std::vector<ZoneServer>& servers) {
  std::set<text::IpAddress,
           decltype([](const auto& a, const auto& b) { return a.bytes < b.bytes; })>
      addresses;
  std::set<std::string> networks;
  bool unknown = false;
  for (const ZoneServer& server : servers) {
    unknown = unknown || server.addresses.failed;
    for (const text::IpAddress& ip : server.addresses.all) {
      addresses.insert(ip);
      networks.insert(network_of(ip));
    }
  }
  std::optional<Found> single;
  if (servers.size() == 1) {
    single = Found{.about = zone,
                   .record = quoted_record(zone, RecordType::kNs, servers.front().name + "."),
                   .expected = "two or more"};
  }
  inspection.judge("single_server", zone, std::move(single));
  if (networks.size() > 1) {
    inspection.proved("one_network", zone);
  } else if (unknown) {
    inspection.unproved("one_network", zone, "not all addresses of the name servers are known");
  } else if (addresses.size() > 1) {
    const bool laboratory = !inspection.network().ports.empty() && addresses.begin()->is_loopback();
    if (laboratory) {
      inspection.not_applicable("one_network", "a laboratory is on one machine");
    } else {
      inspection.found(
          "one_network",
          {.about = zone, .observed = "all in the network of " + addresses.begin()->str()});
    }
  } else {
    inspection.not_applicable("one_network", "there are not two addresses");
  }
}

void judge_names(Inspection& inspection, const std::string& zone,
                 const std::vector<ZoneServer>& servers) {
  for (const ZoneServer& server : servers) {
    const QuotedRecord quoted = quoted_record(zone, RecordType::kNs, server.name + ".");
    if (!server.addresses.all.empty()) {
      inspection.proved("unresolvable", server.name);
    } else if (server.addresses.failed) {
      inspection.unproved("unresolvable", server.name, server.addresses.why);
    } else {
      inspection.found("unresolvable", {.about = server.name, .record = quoted});
    }
    const Answer alias = inspection.resolver().query(server.name, RecordType::kCname);
    if (alias.failed()) {
      inspection.unproved("alias", server.name, alias.why);
      continue;
    }
    const auto targets = alias.all<HostName>();
    std::optional<Found> found;
    if (!targets.empty()) {
      found = Found{
          .about = server.name, .record = quoted, .corrected = ns_line(zone, targets.front().name)};
    }
    inspection.judge("alias", server.name, std::move(found));
  }
}

void judge_promise(Inspection& inspection, const std::string& zone,
                   const std::vector<ZoneServer>& servers) {
  std::set<std::string> promised;
  for (const std::string& name : inspection.subject().nameservers) {
    promised.insert(canonical_name(name));
  }
  if (promised.empty()) {
    inspection.not_applicable("promised", "the contract names no name servers");
    return;
  }
  const std::set<std::string> published = names_of(servers);
  std::optional<Found> found;
  if (published != promised) {
    std::string lines;
    for (const std::string& name : promised) {
      lines += (lines.empty() ? "" : "\n") + ns_line(zone, name);
    }
    found = Found{.about = zone,
                  .corrected = lines,
                  .observed = joined(published),
                  .expected = joined(promised),
                  .reproduce = "dig +short " + zone + " NS"};
  }
  inspection.judge("promised", zone, std::move(found));
}

void judge_timers(Inspection& inspection, const std::string& zone) {
  const Answer answer = inspection.resolver().query(zone, RecordType::kSoa);
  const auto all = answer.all<StartOfAuthority>();
  if (all.empty()) {
    inspection.unproved("timers", zone, answer.failed() ? answer.why : "there is no SOA record");
    return;
  }
  const std::string wrong = unusual_timers(all.front());
  std::optional<Found> found;
  if (!wrong.empty()) {
    found = Found{.about = zone,
                  .record = quoted_record(zone, RecordType::kSoa, rdata_text(all.front())),
                  .observed = wrong};
  }
  inspection.judge("timers", zone, std::move(found));
}

/// What one server said.
void judge_server(Inspection& inspection, const std::string& zone, const ServerReport& report) {
  const std::string about = fmt::format("{} ({})", report.name, report.endpoint.str());
  const std::string dig = fmt::format("dig @{} {} SOA +norecurse", report.endpoint.ip.str(), zone);
  const auto say = [&](std::string_view check, const Observation& seen) {
    if (seen.state == Observation::State::kUnknown) {
      inspection.unproved(check, about, seen.text);
    } else if (seen.state == Observation::State::kBad) {
      inspection.found(check, {.about = about, .observed = seen.text, .reproduce = dig});
    } else {
      inspection.proved(check, about);
    }
  };
  say("lame", report.authority);
  say("transfer_open", report.transfer);
  say("recursion_open", report.recursion);
  say("tcp", report.tcp);
  say("edns", report.edns);
}

void judge_serials(Inspection& inspection, const std::string& zone,
                   const std::vector<ServerReport>& reports) {
  std::set<std::string> seen;
  std::set<std::uint32_t> serials;
  for (const ServerReport& report : reports) {
    if (!report.serial) continue;
    serials.insert(*report.serial);
    seen.insert(fmt::format("{}: {}", report.name, *report.serial));
  }
  if (serials.empty()) {
    inspection.unproved("serial", zone, "no server said which version it has");
  } else if (serials.size() == 1) {
    inspection.proved("serial", zone);
  } else {
    inspection.found(
        "serial", {.about = zone, .observed = joined(seen), .reproduce = "dig +nssearch " + zone});
  }
}

void judge_parent(Inspection& inspection, const std::string& zone,
                  const std::vector<ZoneServer>& servers) {
  const auto parent = ask_parent(inspection, zone);
  if (!parent) {
    inspection.unproved("parity", zone, parent.error().detail());
    inspection.unproved("glue", zone, parent.error().detail());
    return;
  }
  const std::set<std::string> published = names_of(servers);
  std::optional<Found> differs;
  if (parent->names != published) {
    std::string lines;
    for (const std::string& name : published) {
      lines += (lines.empty() ? "" : "\n") + ns_line(zone, name);
    }
    differs = Found{.about = zone,
                    .corrected = lines,
                    .observed = "registrar: " + joined(parent->names),
                    .expected = "as in the zone: " + joined(published),
                    .reproduce = "dig +trace " + zone + " NS"};
  }
  inspection.judge("parity", zone, std::move(differs));
  const auto [state, text] = compare_glue(zone, *parent, servers);
  if (state == Observation::State::kUnknown) {
    inspection.not_applicable("glue", text);
  } else if (state == Observation::State::kBad) {
    inspection.found(
        "glue",
        {.about = zone, .observed = text, .reproduce = "dig +trace +additional " + zone + " NS"});
  } else {
    inspection.proved("glue", zone);
  }
}

void judge_servers(Inspection& inspection, const std::string& zone,
                   const std::vector<ZoneServer>& servers) {
  if (!inspection.network().live) {
    inspection.rest_not_applicable(std::string(kNeedsNetwork));
    return;
  }
  const std::vector<ServerReport> reports = survey_servers(inspection.network(), zone, servers);
  for (const ServerReport& report : reports) judge_server(inspection, zone, report);
  inspection.count_requests(reports.size() * kQuestionsOfSurvey);
  judge_serials(inspection, zone, reports);
  judge_parent(inspection, zone, servers);
  const bool somebody = std::ranges::any_of(
      reports, [](const auto& one) { return one.authority.state == Observation::State::kGood; });
  const bool silence = std::ranges::any_of(
      reports, [](const auto& one) { return one.authority.state == Observation::State::kUnknown; });
  if (somebody) {
    inspection.proved("no_servers", zone);
  } else if (silence || reports.empty()) {
    inspection.unproved("no_servers", zone, "no server of the zone could be reached from here");
  } else {
    inspection.found("no_servers",
                     {.about = zone,
                      .observed = "none of " + joined(names_of(servers)) + " has the zone",
                      .reproduce = "dig +trace " + zone + " SOA"});
  }
  inspection.rest_unproved(zone, "no server of the zone could be asked");
}

void inspect(Inspection& inspection) {
  const std::string& domain = inspection.subject().domain;
  const std::string apex = zone_apex(inspection.resolver(), domain);
  const std::string zone = apex.empty() ? domain : apex;
  const Answer answer = inspection.resolver().query(zone, RecordType::kNs);
  if (answer.failed()) {
    inspection.rest_unproved(zone, answer.why);
    return;
  }
  const std::vector<ZoneServer> servers = zone_servers(inspection.resolver(), zone);
  if (servers.empty()) {
    inspection.found("no_servers",
                     {.about = zone,
                      .observed = answer.outcome == Outcome::kNxDomain ? "the domain does not exist"
                                                                       : "there are no NS records",
                      .reproduce = "dig +trace " + zone + " NS"});
    inspection.rest_not_applicable("there are no name servers");
    return;
  }
  judge_count(inspection, zone, servers);
  judge_names(inspection, zone, servers);
  judge_promise(inspection, zone, servers);
  judge_timers(inspection, zone);
  judge_servers(inspection, zone, servers);
}

}  // namespace

extern constinit const Area area_delegation;
constinit const Area area_delegation{.name = "delegation", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
