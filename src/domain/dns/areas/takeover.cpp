// Names that lead to something that is gone, and that somebody else could have tomorrow.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "domain/dns/name_facts.h"
#include "domain/dns/takeover_services.h"
#include "domain/idn.h"
#include "domain/overlay_resolver.h"
#include "domain/rdata_text.h"
#include "domain/zone.h"
#include "net/http_client.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "takeover.unclaimed_service",
     .control = Control::kDns,
     .title = "A name leads to a service that nobody has claimed",
     .why = "Whoever claims it at the service puts pages under your name: logins that look real, "
            "cookies of your domain, a valid certificate.",
     .fix = "Remove the alias, or claim the name at the service again.",
     .worst = Severity::kCritical,
     .reference = "OWASP WSTG-CONF-10",
     .instead = kTakeOut},
    {.id = "takeover.dangling_alias",
     .control = Control::kDns,
     .title = "An alias leads to a name that does not exist",
     .why = "Visitors get an error, and whoever can create the other name answers for yours.",
     .fix = "Remove the alias, or point it to a name that you have.",
     .worst = Severity::kMedium,
     .reference = "OWASP WSTG-CONF-10",
     .instead = kTakeOut},
    {.id = "takeover.alias_domain_free",
     .control = Control::kDns,
     .title = "An alias leads into a domain that anybody can register",
     .why = "For the price of a domain somebody puts pages under your name.",
     .fix = "Remove the alias today.",
     .worst = Severity::kCritical,
     .reference = "OWASP WSTG-CONF-10",
     .instead = kTakeOut},
    {.id = "takeover.nameserver_domain_free",
     .control = Control::kDns,
     .title = "A name server is in a domain that anybody can register",
     .why = "Whoever registers it answers for your whole domain: site, mail and certificates.",
     .fix = "Remove the name server at the registrar and in the zone today.",
     .worst = Severity::kCritical,
     .reference = "RFC 1912 section 2.8",
     .instead = kTakeOut},
    {.id = "takeover.mail_domain_free",
     .control = Control::kMail,
     .title = "A mail server is in a domain that anybody can register",
     .why = "Whoever registers it receives your mail: password resets, invoices, and the proof of "
            "ownership that certificate authorities send.",
     .fix = "Remove the MX record today.",
     .worst = Severity::kCritical,
     .reference = "RFC 5321 section 5.1",
     .instead = kTakeOut},
    {.id = "takeover.dangling_mail",
     .control = Control::kMail,
     .title = "A mail server's name does not exist",
     .why = "Mail waits in vain when this server is the one chosen, and whoever can create the "
            "name receives it.",
     .fix = "Correct or remove the MX record.",
     .worst = Severity::kMedium,
     .reference = "RFC 5321 section 5.1",
     .instead = kTakeOut},
    {.id = "takeover.dangling_service",
     .control = Control::kDns,
     .title = "A service record leads to a name that does not exist",
     .why = "Programs that look the service up fail, and whoever can create the name is given "
            "logins and mail.",
     .fix = "Correct or remove the SRV record.",
     .worst = Severity::kMedium,
     .reference = "RFC 2782",
     .instead = kTakeOut},
};

/// Names that products use and forget, asked for besides those that are promised.
constexpr auto kUsualServices = std::to_array<std::string_view>(
    {"_autodiscover._tcp", "_submission._tcp", "_imaps._tcp", "_sip._tls"});
constexpr std::size_t kNamesLooked = 300;
constexpr std::size_t kPageBytes = 64u << 10;
constexpr milliseconds kPagePatience{3000};

std::set<std::string> alias_candidates(const Subject& subject) {
  std::set<std::string> names;
  for (const std::string& name : promised_names(subject)) names.insert(name);
  for (const std::string& name : subject.staging) names.insert(canonical_name(name));
  for (const std::string_view label : usual_labels()) {
    names.insert(fmt::format("{}.{}", label, subject.domain));
  }
  for (const auto& [key, line] : subject.record_lines) {
    if (key.second == RecordType::kCname && names.size() < kNamesLooked) names.insert(key.first);
  }
  return names;
}

/// What an HTTP server at the end of the alias shows for `host`; an error when there is no answer.
Result<std::string> page_of(const Inspection& inspection, const std::string& host) {
  constexpr std::uint16_t kHttp = 80;
  const HostAddresses found = addresses_of(inspection.resolver(), host);
  if (found.all.empty()) return fail(Code::kUnavailable, "it has no address");
  net::EventLoop loop;
  net::HttpClient client(loop);
  net::HttpRequest request;
  request.url = {.scheme = "http", .host = host, .port = kHttp};
  request.connect_to = inspection.network().endpoint(found.all.front(), kHttp);
  net::CallOptions options;
  options.deadline = Deadline::after(kPagePatience).sooner(inspection.network().deadline);
  options.body_max = kPageBytes;
  LR_TRY(const net::HttpResponse response, loop.block_on(client.call(std::move(request), options)));
  return response.body;
}

void judge_page(Inspection& inspection, const AliasChain& chain, const TakeoverService& service,
                const QuotedRecord& quoted) {
  const std::string& host = chain.names.front();
  if (!inspection.network().live) {
    inspection.not_applicable("unclaimed_service", "needs the network");
    return;
  }
  inspection.count_requests(1);
  const auto page = page_of(inspection, host);
  if (!page) {
    inspection.unproved("unclaimed_service", host, page.error().detail());
  } else if (!page->contains(service.page)) {
    inspection.proved("unclaimed_service", host);
  } else {
    inspection.found("unclaimed_service",
                     {.about = host,
                      .severity = service.claimable ? Severity::kCritical : Severity::kLow,
                      .record = quoted,
                      .observed = fmt::format("{} answers \"{}\"", service.name, service.page),
                      .reproduce = "curl -s http://" + host + "/"});
  }
}

void judge_missing(Inspection& inspection, const AliasChain& chain, const QuotedRecord& quoted) {
  const std::string& host = chain.names.front();
  const std::string& target = chain.names.back();
  const std::optional<std::string> missing = missing_ancestor(inspection.resolver(), target);
  const TakeoverService* service = service_of(target);
  const std::string seen = target + " does not exist";
  if (service != nullptr && service->sign == TakeoverService::Sign::kMissing) {
    inspection.found("unclaimed_service",
                     {.about = host,
                      .severity = service->claimable ? Severity::kCritical : Severity::kLow,
                      .record = quoted,
                      .observed = fmt::format("{} ({})", seen, service->name)});
    inspection.proved("dangling_alias", host);
    inspection.proved("alias_domain_free", host);
  } else if (missing && !missing->empty() && is_registrable(*missing)) {
    inspection.found(
        "alias_domain_free",
        {.about = host, .record = quoted, .observed = *missing + " is not registered"});
    inspection.proved("unclaimed_service", host);
    inspection.proved("dangling_alias", host);
  } else {
    inspection.found("dangling_alias", {.about = host, .record = quoted, .observed = seen});
    inspection.proved("unclaimed_service", host);
    if (missing) {
      inspection.proved("alias_domain_free", host);
    } else {
      inspection.unproved("alias_domain_free", host, "it is not known which part is missing");
    }
  }
}

void judge_alias(Inspection& inspection, const std::string& host) {
  const AliasChain chain = follow_aliases(inspection.resolver(), host);
  if (chain.end == AliasChain::End::kFailed) {
    for (const auto* check : {"unclaimed_service", "dangling_alias", "alias_domain_free"}) {
      inspection.unproved(check, host, chain.why);
    }
    return;
  }
  if (!chain.is_alias()) return;
  const QuotedRecord quoted = quoted_record(host, RecordType::kCname, chain.names[1] + ".");
  if (chain.end == AliasChain::End::kMissing) {
    judge_missing(inspection, chain, quoted);
    return;
  }
  inspection.proved("dangling_alias", host);
  inspection.proved("alias_domain_free", host);
  const TakeoverService* service = nullptr;
  for (const std::string& name : chain.names) {
    if (service == nullptr) service = service_of(name);
  }
  if (service != nullptr && service->sign == TakeoverService::Sign::kPage) {
    judge_page(inspection, chain, *service, quoted);
  } else {
    inspection.proved("unclaimed_service", host);
  }
}

/// A host that records name: does it exist, and if not, could anybody register its domain?
void judge_host(Inspection& inspection, const QuotedRecord& quoted, const std::string& host,
                std::string_view free_check, std::string_view missing_check) {
  const Answer answer = inspection.resolver().query(host, RecordType::kA);
  if (answer.failed()) {
    inspection.unproved(free_check, host, answer.why);
    if (!missing_check.empty()) inspection.unproved(missing_check, host, answer.why);
    return;
  }
  const bool exists = answer.outcome != Outcome::kNxDomain;
  const std::optional<std::string> missing =
      exists ? std::optional<std::string>("") : missing_ancestor(inspection.resolver(), host);
  const bool is_free = missing && !missing->empty() && is_registrable(*missing);
  if (!missing) {
    inspection.unproved(free_check, host, "it is not known which part of the name is missing");
  } else if (is_free) {
    inspection.found(
        free_check, {.about = host, .record = quoted, .observed = *missing + " is not registered"});
  } else {
    inspection.proved(free_check, host);
  }
  if (missing_check.empty()) return;
  if (exists || is_free) {
    inspection.proved(missing_check, host);
  } else {
    inspection.found(missing_check,
                     {.about = host, .record = quoted, .observed = host + " does not exist"});
  }
}

void judge_mail(Inspection& inspection, const std::string& domain) {
  const Answer answer = inspection.resolver().query(domain, RecordType::kMx);
  if (answer.failed()) {
    inspection.unproved("mail_domain_free", domain, answer.why);
    inspection.unproved("dangling_mail", domain, answer.why);
    return;
  }
  for (const MailExchange& mx : answer.all<MailExchange>()) {
    if (mx.host.empty()) continue;  // The null MX of RFC 7505.
    judge_host(inspection, quoted_record(domain, RecordType::kMx, rdata_text(mx)),
               canonical_name(mx.host), "mail_domain_free", "dangling_mail");
  }
}

/// The target of an SRV record, from either of its forms; "" for "there is no such service".
std::string service_target(const Opaque& data) {
  constexpr std::size_t kFixedBytes = 6;
  if (data.wire.empty()) {
    const std::size_t blank = data.text.rfind(' ');
    return blank == std::string::npos ? "" : canonical_name(data.text.substr(blank + 1));
  }
  if (data.wire.size() <= kFixedBytes) return "";
  std::string_view rest = std::string_view(data.wire).substr(kFixedBytes);
  std::string out;
  while (!rest.empty() && rest.front() != '\0') {
    const auto length = static_cast<std::uint8_t>(rest.front());
    if (length >= rest.size()) return "";
    if (!out.empty()) out += '.';
    out += rest.substr(1, length);
    rest.remove_prefix(length + 1u);
  }
  return canonical_name(out);
}

void judge_services(Inspection& inspection, const Subject& subject) {
  std::set<std::string> names;
  for (const std::string_view service : kUsualServices) {
    names.insert(fmt::format("{}.{}", service, subject.domain));
  }
  for (const auto& [key, line] : subject.record_lines) {
    if (key.second == RecordType::kSrv && names.size() < kNamesLooked) names.insert(key.first);
  }
  for (const std::string& name : names) {
    const Answer answer = inspection.resolver().query(name, RecordType::kSrv);
    if (answer.failed()) {
      inspection.unproved("dangling_service", name, answer.why);
      continue;
    }
    for (const Opaque& data : answer.all<Opaque>()) {
      const std::string host = service_target(data);
      if (host.empty()) continue;
      const Answer target = inspection.resolver().query(host, RecordType::kA);
      if (target.failed()) {
        inspection.unproved("dangling_service", name, target.why);
      } else if (target.outcome != Outcome::kNxDomain) {
        inspection.proved("dangling_service", name);
      } else {
        inspection.found("dangling_service", {.about = name,
                                              .record = quoted_record(name, RecordType::kSrv, host),
                                              .observed = host + " does not exist"});
      }
    }
  }
}

void inspect(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  for (const std::string& name : alias_candidates(subject)) {
    if (is_at_or_below(name, subject.domain)) judge_alias(inspection, name);
  }
  const std::string apex = zone_apex(inspection.resolver(), subject.domain);
  const std::string zone = apex.empty() ? subject.domain : apex;
  const Answer servers = inspection.resolver().query(zone, RecordType::kNs);
  if (servers.failed()) inspection.unproved("nameserver_domain_free", zone, servers.why);
  for (const HostName& server : servers.all<HostName>()) {
    judge_host(inspection, quoted_record(zone, RecordType::kNs, rdata_text(server)),
               canonical_name(server.name), "nameserver_domain_free", "");
  }
  judge_mail(inspection, subject.domain);
  judge_services(inspection, subject);
  inspection.rest_not_applicable("there are no such records");
}

}  // namespace

extern constinit const Area area_takeover;
constinit const Area area_takeover{.name = "takeover", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
