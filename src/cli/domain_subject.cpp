#include "cli/domain_subject.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "contract/load.h"
#include "domain/idn.h"
#include "domain/network.h"

namespace lr::cli {
namespace {

using domain::Subject;

Result<std::shared_ptr<const Secret>> open_shared(
    const std::optional<contract::SecretRef>& reference) {
  if (!reference) return nullptr;
  LR_TRY(Secret secret, contract::read_secret(*reference));
  return std::make_shared<const Secret>(std::move(secret));
}

domain::DmarcPromise promise_of(contract::DmarcLevel level) {
  switch (level) {
    case contract::DmarcLevel::kNone:
      return domain::DmarcPromise::kNone;
    case contract::DmarcLevel::kQuarantine:
      return domain::DmarcPromise::kQuarantine;
    case contract::DmarcLevel::kReject:
      return domain::DmarcPromise::kReject;
  }
  return domain::DmarcPromise::kQuarantine;
}

Result<domain::Submission> submission_of(const contract::MailServer& server) {
  domain::Submission out;
  out.host = server.host;
  out.port = server.port;
  out.implicit_tls = server.implicit_tls;
  out.user = server.user;
  LR_TRY(out.password, open_shared(server.password));
  return out;
}

Result<domain::Mailbox> mailbox_of(const contract::MailArrival& arrival) {
  domain::Mailbox out;
  out.address = arrival.address;
  if (!arrival.maildir.empty()) {
    out.kind = domain::Mailbox::Kind::kMaildir;
    out.path = arrival.maildir;
  } else if (arrival.imap) {
    out.kind = domain::Mailbox::Kind::kImap;
    out.host = arrival.imap->host;
    out.port = arrival.imap->port;
    out.user = arrival.imap->user;
    LR_TRY(out.password, open_shared(arrival.imap->password));
  } else if (arrival.listen) {
    out.path = net::Endpoint{arrival.listen->ip, arrival.listen->port}.str();
  }
  return out;
}

Result<domain::MailPromise> mail_of(const contract::MailSettings& mail) {
  domain::MailPromise out;
  out.domain = mail.domain;
  out.sends = mail.sends;
  out.receives = mail.receives;
  out.bulk = mail.bulk;
  out.selectors = mail.selectors;
  out.senders = mail.senders;
  out.dmarc = promise_of(mail.dmarc);
  out.from = mail.from;
  if (mail.smtp) {
    LR_TRY(out.submission, submission_of(*mail.smtp));
  }
  if (mail.arrives) {
    LR_TRY(out.mailbox, mailbox_of(*mail.arrives));
  }
  return out;
}

Result<domain::EdgePromise> edge_of(const contract::EdgeSettings& edge) {
  domain::EdgePromise out;
  out.provider = edge.provider;
  out.zone_id = edge.zone;
  if (!edge.api.empty()) out.api = edge.api;
  LR_TRY(out.token, open_shared(edge.token));
  out.origins = edge.origins;
  out.ranges = edge.ranges;
  out.private_paths = edge.private_paths;
  out.public_paths = edge.public_paths;
  return out;
}

void add_once(std::vector<std::string>& to, const std::string& name) {
  if (!name.empty() && std::ranges::find(to, name) == to.end()) to.push_back(name);
}

void take_names(const contract::DomainSettings& domains, Subject& out) {
  out.domain = domains.primary;
  out.redirects = domains.redirects;
  out.staging = domains.staging;
  out.nameservers = domains.nameservers;
  out.issuers = domains.issuers;
  out.dnssec = domains.dnssec;
  out.hsts_preload = domains.hsts_preload;
  out.tls = domains.modern_tls ? domain::TlsProfile::kModern : domain::TlsProfile::kIntermediate;
  out.at = domains.at;
  add_once(out.web_hosts, domains.primary);
  for (const auto& name : domains.redirects) add_once(out.web_hosts, name);
  for (const auto& name : domains.subdomains) add_once(out.web_hosts, name);
}

}  // namespace

Result<Subject> subject_of(const contract::Contract& contract, std::string_view name) {
  Subject out;
  out.from_contract = true;
  out.file = contract.file;
  if (contract.domains) take_names(*contract.domains, out);
  if (contract.mail) {
    LR_TRY(out.mail, mail_of(*contract.mail));
    if (!contract.domains) out.at = contract.mail->at;
  }
  if (contract.edge) {
    LR_TRY(out.edge, edge_of(*contract.edge));
  }
  if (!name.empty()) {
    LR_TRY(out.domain, domain::to_ascii_name(name));
    if (out.web_hosts.empty()) out.web_hosts.push_back(out.domain);
  }
  if (out.domain.empty()) out.domain = out.mail.domain;
  if (out.domain.empty()) {
    return fail(Code::kInvalidArgument,
                contract.file + ": says no domain; add domains.primary, or give a name",
                Origin::kClient);
  }
  if (out.mail.domain.empty()) out.mail.domain = out.domain;
  return out;
}

Result<Subject> subject_of(std::string_view name, domain::Resolver& resolver) {
  Subject out;
  LR_TRY(out.domain, domain::to_ascii_name(name));
  out.mail.domain = out.domain;
  out.web_hosts.push_back(out.domain);
  const std::string www = "www." + out.domain;
  if (!domain::addresses_of(resolver, www).all.empty()) {
    out.web_hosts.push_back(www);
  }
  const domain::Answer mx = resolver.query(out.domain, domain::RecordType::kMx);
  const auto exchanges = mx.all<domain::MailExchange>();
  // Without a promise, what is published says whether mail is meant to arrive here.
  if (mx.empty() || (exchanges.size() == 1 && exchanges.front().host.empty())) {
    out.mail.receives = false;
  }
  return out;
}

}  // namespace lr::cli
