// Addresses that were given up, and that somebody else may have now. An alias that dangles can be
// seen in the DNS alone; an address looks the same before and after. So whoever answers there is
// asked who it is: the certificate says whose server it is, the reverse name whether the address is
// handed out by the hour, and the contract which addresses are the product's. Promised hosts are
// left to `https` and `certificate`, which look at the same with a promise to hold against it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "domain/dns/name_facts.h"
#include "domain/dns/reverse_name.h"
#include "domain/overlay_resolver.h"
#include "domain/tls/chain.h"
#include "domain/tls/scan.h"
#include "domain/tls/shown.h"
#include "domain/zone.h"
#include "net/event_loop.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;
using tls::ShownCertificate;
using End = ShownCertificate::End;

constexpr std::size_t kAddresses = 16;  ///< Looked at, each once.

constexpr CheckDef kChecks[] = {
    {.id = "dangling.other_owner",
     .control = Control::kDns,
     .title = "An address record leads to a server that shows somebody else's certificate only",
     .why = "When the address was given up, its new owner gets the visitors and the cookies of the "
            "name, and can have a certificate issued for it.",
     .fix = "Remove the record, or let it name an address that you have now.",
     .worst = Severity::kHigh,
     .reference = "OWASP WSTG-CONF-10; CWE-350",
     .instead = kTakeOut},
    {.id = "dangling.nobody",
     .control = Control::kDns,
     .title = "An address record leads to a place where no web server answers",
     .why = "An address of a cloud that nobody uses is given to the next customer, who then "
            "answers under your name.",
     .fix = "Remove the record when the server is gone.",
     .worst = Severity::kMedium,
     .reference = "OWASP WSTG-CONF-10; CWE-350",
     .instead = kTakeOut},
};

/// Ends of reverse names of addresses that clouds hand out and take back.
constexpr auto kPools = std::to_array<std::string_view>(
    {".compute.amazonaws.com", ".compute-1.amazonaws.com", ".bc.googleusercontent.com",
     ".cloudapp.azure.com", ".cloudapp.net", ".ip.linodeusercontent.com", ".members.linode.com",
     ".vultrusercontent.com", ".clients.your-server.de", ".instances.scw.cloud", ".vps.ovh.net",
     ".vps.ovh.ca", ".oraclevcn.com", ".contaboserver.net", ".upcloud.host"});

/// A record of the domain that leads to an address nothing is known of.
struct Candidate {
  std::string host{};
  text::IpAddress ip{};
  std::string reverse{};  ///< PTR; "".
  bool pool = false;
};

bool is_listed(const Subject& subject, const text::IpAddress& ip) {
  const auto& origins = subject.edge.origins;
  const auto is_sender = [&](const std::string& sender) {
    const auto prefix = text::parse_ip_prefix(sender);
    return prefix && prefix->contains(ip);
  };
  return std::ranges::count(origins, ip) != 0 ||
         std::ranges::any_of(subject.edge.ranges,
                             [&](const text::IpPrefix& range) { return range.contains(ip); }) ||
         std::ranges::any_of(subject.mail.senders, is_sender);
}

/// The contract says which servers there are.
bool names_addresses(const Subject& subject) { return !subject.edge.origins.empty(); }

/// Names that are no promised web hosts and receive no mail.
std::set<std::string> names_of(const Inspection& inspection) {
  const Subject& subject = inspection.subject();
  std::set<std::string> out(subject.staging.begin(), subject.staging.end());
  for (const std::string_view label : usual_labels()) {
    // Where mail is read and taken, certificates are often the provider's own.
    if (label != "mail" && label != "email")
      out.insert(fmt::format("{}.{}", label, subject.domain));
  }
  for (const std::string& promised : promised_names(subject)) out.erase(promised);
  const Answer mail = inspection.resolver().query(subject.domain, RecordType::kMx);
  for (const MailExchange& mx : mail.all<MailExchange>()) out.erase(canonical_name(mx.host));
  return out;
}

std::vector<Candidate> candidates(Inspection& inspection) {
  std::set<std::string> known;
  Resolver& resolver = inspection.resolver();
  for (const std::string& host : promised_names(inspection.subject())) {
    for (const auto& ip : addresses_of(resolver, host).all) known.insert(ip.str());
  }
  std::vector<Candidate> out;
  for (const std::string& host : names_of(inspection)) {
    const Answer alias = resolver.query(host, RecordType::kCname);
    if (alias.failed()) {
      inspection.unproved("other_owner", host, alias.why);
      inspection.unproved("nobody", host, alias.why);
    }
    // An alias may end at somebody else's address, and rightly; `takeover` looks at it.
    if (alias.outcome != Outcome::kNoData) continue;
    for (const text::IpAddress& ip : addresses_of(resolver, host).all) {
      const bool private_one = is_unreachable(ip) && !inspection.network().ports.contains(443);
      if (private_one || out.size() == kAddresses || !known.insert(ip.str()).second) continue;
      if (!is_listed(inspection.subject(), ip)) out.push_back({.host = host, .ip = ip});
    }
  }
  return out;
}

void look_up_reverse(const Inspection& inspection, Candidate& one) {
  const Answer answer = inspection.resolver().query(reverse_name(one.ip), RecordType::kPtr);
  const auto names = answer.all<HostName>();
  if (names.empty()) return;
  one.reverse = canonical_name(names.front().name);
  one.pool = std::ranges::any_of(
      kPools, [&](std::string_view pool) { return one.reverse.ends_with(pool); });
}

net::Task<> connect_once(net::EventLoop& loop, const Network& network, net::Endpoint endpoint) {
  const Deadline deadline = Deadline::after(network.connect_patience).sooner(network.deadline);
  LR_CO_TRY(const std::unique_ptr<net::Stream> stream,
            co_await tls::connect_plain(loop, endpoint, deadline));
  stream->close();
  co_return Result<>();
}

bool is_closed(const Network& network, const text::IpAddress& ip) {
  net::EventLoop loop;
  const Result<> tried = loop.block_on(connect_once(loop, network, network.endpoint(ip, 80)));
  return !tried && tried.error().detail().contains("Connection refused");
}

QuotedRecord record_of(const Candidate& one) {
  return quoted_record(one.host, one.ip.is_v4() ? RecordType::kA : RecordType::kAaaa, one.ip.str());
}

std::string who_has(const Candidate& one) {
  return one.reverse.empty() ? one.ip.str() : fmt::format("{} ({})", one.ip.str(), one.reverse);
}

bool is_of_domain(const tls::CertificateFacts& leaf, const Candidate& one, const Subject& subject) {
  if (tls::is_for_host(leaf, one.host)) return true;
  return std::ranges::any_of(leaf.names, [&](const std::string& name) {
    return is_at_or_below(canonical_name(name.starts_with("*.") ? name.substr(2) : name),
                          subject.domain);
  });
}

void judge_owner(Inspection& inspection, const tls::TrustStore& roots, const Candidate& one,
                 const ShownCertificate& shown) {
  const Result<tls::ChainFacts> chain = tls::study_chain(shown.chain, roots);
  // What a server made for itself says nothing of its owner.
  const bool vouched = chain && chain->trust == tls::ChainFacts::Trust::kTrusted;
  if (!vouched || is_of_domain(shown.leaf, one, inspection.subject())) {
    return inspection.proved("other_owner", one.host);
  }
  const bool sure = one.pool || names_addresses(inspection.subject());
  const auto names =
      std::span(shown.leaf.names).first(std::min<std::size_t>(shown.leaf.names.size(), 5));
  inspection.found("other_owner",
                   {.about = one.host,
                    .severity = sure ? Severity::kHigh : Severity::kMedium,
                    .record = record_of(one),
                    .observed = fmt::format("the server at {} has a certificate for {}",
                                            who_has(one), fmt::join(names, ", ")),
                    .reproduce = fmt::format("openssl s_client -connect {} -servername {}",
                                             shown.endpoint.str(), one.host)});
}

void judge_nobody(Inspection& inspection, const Candidate& one) {
  if (!is_closed(inspection.network(), one.ip)) return inspection.proved("nobody", one.host);
  Severity severity = one.pool ? Severity::kLow : Severity::kInfo;
  if (one.pool && names_addresses(inspection.subject())) severity = Severity::kMedium;
  inspection.found(
      "nobody", {.about = one.host,
                 .severity = severity,
                 .record = record_of(one),
                 .observed = "ports 443 and 80 are closed at " + who_has(one),
                 .reproduce = fmt::format("curl -sSI --resolve {0}:443:{1} https://{0}/", one.host,
                                          one.ip.str())});
}

void inspect(Inspection& inspection) {
  const Network& network = inspection.network();
  if (!network.live) return inspection.rest_not_applicable("needs the network");
  const Result<std::unique_ptr<tls::TrustStore>> roots = tls::TrustStore::load(network.ca_file);
  const std::string& domain = inspection.subject().domain;
  if (!roots) return inspection.rest_unproved(domain, roots.error().detail());
  // Where nobody answers for the domain, twenty more names would cost twenty times the patience.
  const HostAddresses own = addresses_of(inspection.resolver(), domain);
  if (own.failed && own.all.empty()) return inspection.rest_unproved(domain, own.why);
  std::vector<Candidate> all = candidates(inspection);
  std::vector<ShownCertificate> shown;
  for (Candidate& one : all) {
    look_up_reverse(inspection, one);
    shown.push_back({.host = one.host, .endpoint = network.endpoint(one.ip, 443)});
  }
  tls::look_at(network, shown);
  inspection.count_requests(shown.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (shown[i].end == End::kShown) {
      judge_owner(inspection, **roots, all[i], shown[i]);
      inspection.proved("nobody", all[i].host);
    } else if (shown[i].end == End::kClosed) {
      judge_nobody(inspection, all[i]);
    }
  }
  // Silence is no sign of anything: nothing is promised to answer there.
  inspection.rest_not_applicable(all.empty() ? "no other names lead to addresses of their own"
                                             : "no server there says who it is");
}

}  // namespace

extern constinit const Area area_dangling;
constinit const Area area_dangling{.name = "dangling", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
