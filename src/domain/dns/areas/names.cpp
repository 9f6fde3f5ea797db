// Aliases, wildcards, lifetimes: do names work as the DNS wants them to?
#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.h"
#include "domain/dns/name_facts.h"
#include "domain/dns/server_query.h"
#include "domain/idn.h"
#include "domain/rdata_text.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "names.apex_alias",
     .control = Control::kDns,
     .title = "The domain itself is an alias",
     .why = "An alias at the top of a zone hides its NS, SOA and MX records. Mail is lost, and "
            "some resolvers cannot find the domain at all.",
     .fix = "Replace the CNAME by A and AAAA records, or by your provider's ALIAS record.",
     .worst = Severity::kHigh,
     .reference = "RFC 1034 section 3.6.2; RFC 1912 section 2.4",
     .instead = "{name}. A <address of the server>"},
    {.id = "names.alias_with_data",
     .control = Control::kDns,
     .title = "A name has an alias and other records",
     .why = "Servers refuse such a zone, or resolvers see either the alias or the other records, "
            "by chance.",
     .fix = "Keep either the CNAME or the other records.",
     .worst = Severity::kHigh,
     .reference = "RFC 1034 section 3.6.2",
     .instead = kTakeOut},
    {.id = "names.alias_loop",
     .control = Control::kDns,
     .title = "An alias leads back to itself",
     .why = "Nobody can resolve the name.",
     .fix = "Let the last alias lead to a name with addresses.",
     .worst = Severity::kHigh,
     .reference = "RFC 1034 section 3.6.2",
     .instead = "{name}. A <address of the server>"},
    {.id = "names.alias_chain",
     .control = Control::kDns,
     .title = "A name leads through more than eight aliases",
     .why = "Resolvers give up after eight to sixteen steps, and each step costs every visitor "
            "time.",
     .fix = "Point the first name nearer to the last.",
     .worst = Severity::kMedium,
     .reference = "RFC 1034 section 5.2.2",
     .instead = "{name}. CNAME <the last name of the chain>."},
    {.id = "names.wildcard",
     .control = Control::kDns,
     .title = "Every name below the domain exists",
     .why = "Old links and misspelled names lead to a server that may not expect them, and a "
            "forgotten service cannot be told from a living one.",
     .fix = "Name the hosts that exist, unless tenants need the wildcard.",
     .worst = Severity::kLow,
     .reference = "RFC 4592 section 2"},
    {.id = "names.missing_name",
     .control = Control::kDns,
     .title = "The answer that a name does not exist cannot be validated",
     .why = "Resolvers that validate answer with an error in place of \"does not exist\": mail "
            "checks and certificate authorities then stop.",
     .fix = "Repair the zone's NSEC or NSEC3 records; signing the zone again usually does.",
     .worst = Severity::kHigh,
     .reference = "RFC 4035 section 5.4"},
    {.id = "names.ttl_short",
     .control = Control::kDns,
     .title = "Addresses may be kept for seconds only",
     .why = "Every visitor asks your name servers again and again: pages get slower, and a short "
            "failure of the name servers is a failure of the site.",
     .fix = "Use 300 seconds; go lower only for the hours of a move.",
     .worst = Severity::kLow,
     .reference = "RFC 1912 section 2.2"},
    {.id = "names.ttl_long",
     .control = Control::kDns,
     .title = "Addresses are kept for days",
     .why = "When a server must be replaced, visitors keep going to the old one for as long.",
     .fix = "Use 300 to 3600 seconds for names of the product.",
     .worst = Severity::kLow,
     .reference = "RFC 1912 section 2.2"},
};

constexpr std::size_t kAliasesAllowed = 8;
constexpr std::uint32_t kShortSeconds = 30;
constexpr std::uint32_t kLongSeconds = 2 * 86'400;

QuotedRecord alias_record(const std::string& name, const std::string& target) {
  return quoted_record(name, RecordType::kCname, target + ".");
}

void judge_apex(Inspection& inspection, const std::string& zone) {
  const Answer answer = inspection.resolver().query(zone, RecordType::kCname);
  if (answer.failed()) {
    inspection.unproved("apex_alias", zone, answer.why);
    return;
  }
  const auto targets = answer.all<HostName>();
  inspection.judge(
      "apex_alias", zone,
      targets.empty()
          ? std::nullopt
          : std::optional(Found{.about = zone, .record = alias_record(zone, targets[0].name)}));
}

/// Where a resolver follows the alias, the other records cannot be seen; a zone file shows them.
void judge_mixed(Inspection& inspection, const std::string& host, const AliasChain& chain) {
  if (!chain.is_alias()) {
    inspection.proved("alias_with_data", host);
    return;
  }
  for (const RecordType type :
       {RecordType::kA, RecordType::kAaaa, RecordType::kMx, RecordType::kTxt, RecordType::kNs}) {
    const Answer answer = inspection.resolver().query(host, type);
    if (answer.outcome != Outcome::kAnswer || !answer.aliases.empty()) continue;
    if (answer.records.front().name != host) continue;
    inspection.found("alias_with_data", {.about = host,
                                         .record = alias_record(host, chain.names[1]),
                                         .observed = zone_line(answer.records.front())});
    return;
  }
  inspection.proved("alias_with_data", host);
}

void judge_chain(Inspection& inspection, const std::string& host) {
  const AliasChain chain = follow_aliases(inspection.resolver(), host);
  if (chain.end == AliasChain::End::kFailed) {
    for (const auto* check : {"alias_loop", "alias_chain", "alias_with_data"}) {
      inspection.unproved(check, host, chain.why);
    }
    return;
  }
  judge_mixed(inspection, host, chain);
  const std::string way = fmt::format("{}", fmt::join(chain.names, " → "));
  std::optional<Found> loop;
  if (chain.end == AliasChain::End::kLoop) {
    loop = Found{.about = host, .record = alias_record(host, chain.names[1]), .observed = way};
  }
  inspection.judge("alias_loop", host, std::move(loop));
  std::optional<Found> many;
  if (chain.end != AliasChain::End::kLoop && chain.names.size() - 1 > kAliasesAllowed) {
    many = Found{.about = host, .record = alias_record(host, chain.names[1]), .observed = way};
  }
  inspection.judge("alias_chain", host, std::move(many));
}

/// A name that nobody has published, the same for every run.
void judge_unknown_name(Inspection& inspection, const std::string& zone) {
  const std::string name = "lr-" + crypto::hex(crypto::sha256(zone)).substr(0, 16) + "." + zone;
  const Answer answer = inspection.resolver().query(name, RecordType::kA);
  if (answer.trust == Trust::kBogus) {
    // When the zone as a whole is bogus, this says nothing new.
    const bool all = inspection.resolver().query(zone, RecordType::kSoa).trust == Trust::kBogus;
    if (all) {
      inspection.unproved("missing_name", zone, "the whole zone fails validation");
    } else {
      inspection.found(
          "missing_name",
          {.about = zone, .observed = answer.why, .reproduce = "dig +dnssec " + name + " A"});
    }
    inspection.unproved("wildcard", zone, answer.why);
    return;
  }
  if (answer.failed()) {
    inspection.unproved("missing_name", zone, answer.why);
    inspection.unproved("wildcard", zone, answer.why);
    return;
  }
  inspection.proved("missing_name", zone);
  if (answer.empty() && answer.aliases.empty()) {
    inspection.proved("wildcard", zone);
    return;
  }
  const std::string seen = answer.aliases.empty() ? zone_line(answer.records.front())
                                                  : name + ". IN CNAME " + answer.aliases[0] + ".";
  inspection.found("wildcard", {.about = "*." + zone,
                                .observed = seen,
                                .expected = "NXDOMAIN",
                                .reproduce = "dig +short " + name + " A"});
}

/// A resolver counts lifetimes down, so only a server of the zone shows how short they are.
Result<std::vector<Record>> original_records(const Inspection& inspection, const std::string& host,
                                             const std::vector<net::Endpoint>& servers) {
  if (!inspection.network().live) {
    const Answer answer = inspection.resolver().query(host, RecordType::kA);
    if (answer.failed()) return fail(Code::kUnavailable, answer.why);
    return answer.records;
  }
  LR_TRY(const DnsMessage message, ask_servers(servers, {.name = host, .type = RecordType::kA}));
  std::vector<Record> out;
  for (const Record& record : message.answer) {
    if (record.type == RecordType::kA && message.authoritative) out.push_back(record);
  }
  return out;
}

void judge_lifetimes(Inspection& inspection, const std::string& zone) {
  const auto servers =
      inspection.network().live
          ? server_endpoints(inspection.network(), zone_servers(inspection.resolver(), zone))
          : std::vector<net::Endpoint>{};
  for (const std::string& host : inspection.subject().web_hosts) {
    const auto records = original_records(inspection, host, servers);
    if (!records) {
      inspection.unproved("ttl_short", host, records.error().detail());
      inspection.unproved("ttl_long", host, records.error().detail());
      continue;
    }
    for (const Record& record : *records) {
      const QuotedRecord quoted = quoted_record(record.name, record.type, rdata_text(record.data));
      Found found{.about = host,
                  .record = quoted,
                  .corrected = fmt::format("{}. 300 IN A {}", record.name, quoted.text),
                  .observed = fmt::format("a TTL of {} seconds", record.ttl)};
      std::optional<Found> low;
      std::optional<Found> high;
      if (record.ttl < kShortSeconds) low = found;
      if (record.ttl > kLongSeconds) high = found;
      inspection.judge("ttl_short", host, std::move(low));
      inspection.judge("ttl_long", host, std::move(high));
      break;  // One RRset has one TTL (RFC 2181 section 5.2).
    }
  }
  inspection.count_requests(inspection.network().live ? inspection.subject().web_hosts.size() : 0);
}

void inspect(Inspection& inspection) {
  const std::string& domain = inspection.subject().domain;
  const std::string apex = zone_apex(inspection.resolver(), domain);
  const std::string zone = apex.empty() ? domain : apex;
  judge_apex(inspection, zone);
  for (const std::string& host : promised_names(inspection.subject())) {
    judge_chain(inspection, host);
  }
  judge_unknown_name(inspection, zone);
  judge_lifetimes(inspection, zone);
  inspection.rest_not_applicable("no promised name has an address of its own in this zone");
}

}  // namespace

extern constinit const Area area_names;
constinit const Area area_names{.name = "names", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
