#include "domain/dns/name_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "domain/rdata_text.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

/// Second levels under which registries sell names (from the registries' own registration rules).
constexpr auto kRegistrySuffixes = std::to_array<std::string_view>(
    {"ac.uk",  "co.at",  "co.id",  "co.il",  "co.in",  "co.jp",  "co.ke",  "co.kr",
     "co.nz",  "co.th",  "co.uk",  "co.za",  "com.ar", "com.au", "com.br", "com.cn",
     "com.co", "com.hk", "com.mx", "com.my", "com.ng", "com.pe", "com.ph", "com.pk",
     "com.pl", "com.sg", "com.tr", "com.tw", "com.ua", "com.vn", "gen.nz", "me.uk",
     "ne.jp",  "net.au", "net.br", "net.cn", "net.nz", "net.uk", "or.at",  "or.jp",
     "or.kr",  "org.au", "org.br", "org.cn", "org.nz", "org.uk", "org.za", "web.za"});

constexpr auto kUsualLabels = std::to_array<std::string_view>(
    {"www",  "app",     "api",    "staging", "dev", "test",   "beta", "demo", "blog",  "docs",
     "help", "support", "status", "shop",    "cdn", "assets", "go",   "mail", "email", "portal"});

constexpr std::array<std::string_view, 12> kUnreachable = {
    "0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10",  "127.0.0.0/8",
    "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
    "::/127",         "fc00::/7",      "fe80::/10",      "ff00::/8"};

std::string parent_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? "" : std::string(name.substr(dot + 1));
}

}  // namespace

AliasChain follow_aliases(Resolver& resolver, std::string_view name) {
  AliasChain chain;
  chain.names.push_back(canonical_name(name));
  while (chain.names.size() <= kAliasesFollowed) {
    const Answer answer = resolver.query(chain.names.back(), RecordType::kCname);
    if (answer.failed()) {
      chain.end = AliasChain::End::kFailed;
      chain.why = answer.why;
      return chain;
    }
    const auto targets = answer.all<HostName>();
    if (answer.outcome != Outcome::kAnswer || targets.empty()) {
      if (answer.outcome == Outcome::kNxDomain) chain.end = AliasChain::End::kMissing;
      return chain;
    }
    std::string target = canonical_name(targets.front().name);
    const bool again = std::ranges::count(chain.names, target) != 0;
    chain.names.push_back(std::move(target));
    if (again) {
      chain.end = AliasChain::End::kLoop;
      return chain;
    }
  }
  chain.end = AliasChain::End::kTooLong;
  return chain;
}

std::optional<std::string> missing_ancestor(Resolver& resolver, std::string_view name) {
  std::string missing;
  for (std::string at = canonical_name(name); !at.empty(); at = parent_of(at)) {
    const Answer answer = resolver.query(at, RecordType::kNs);
    if (answer.failed()) return std::nullopt;
    if (answer.outcome != Outcome::kNxDomain) return missing;
    missing = at;
  }
  return missing;
}

bool is_registrable(std::string_view name) {
  const std::string above = parent_of(name);
  if (above.empty()) return false;
  if (std::ranges::count(kRegistrySuffixes, name) != 0) return false;
  return !above.contains('.') || std::ranges::count(kRegistrySuffixes, above) != 0;
}

bool is_unreachable(const text::IpAddress& ip) {
  return std::ranges::any_of(kUnreachable, [&](std::string_view text) {
    const auto prefix = text::parse_ip_prefix(text);
    return prefix && prefix->contains(ip);
  });
}

std::span<const std::string_view> usual_labels() { return kUsualLabels; }

std::vector<std::string> promised_names(const Subject& subject) {
  std::set<std::string> names{subject.domain};
  for (const auto* list : {&subject.web_hosts, &subject.redirects}) {
    for (const std::string& host : *list) {
      if (names.size() < kHostsJudged) names.insert(canonical_name(host));
    }
  }
  return {names.begin(), names.end()};
}

std::vector<ZoneServer> zone_servers(Resolver& resolver, std::string_view zone) {
  std::vector<ZoneServer> servers;
  for (const HostName& host : resolver.query(zone, RecordType::kNs).all<HostName>()) {
    if (servers.size() == kServersAsked) break;
    const std::string name = canonical_name(host.name);
    servers.push_back({name, addresses_of(resolver, name)});
  }
  return servers;
}

std::vector<net::Endpoint> server_endpoints(const Network& network,
                                            const std::vector<ZoneServer>& servers) {
  constexpr std::uint16_t kDnsPort = 53;
  std::vector<net::Endpoint> out;
  for (const bool v4 : {true, false}) {
    for (const ZoneServer& server : servers) {
      for (const text::IpAddress& ip : server.addresses.all) {
        if (ip.is_v4() == v4 && out.size() < kServersAsked) {
          out.push_back(network.endpoint(ip, kDnsPort));
        }
      }
    }
  }
  return out;
}

std::string zone_line(const Record& record) {
  return fmt::format("{}. IN {} {}", record.name, record_type_name(record.type),
                     rdata_text(record.data));
}

QuotedRecord quoted_record(std::string_view name, RecordType type, std::string text) {
  return {.name = std::string(name), .type = type, .text = std::move(text)};
}

}  // namespace lr::domain
