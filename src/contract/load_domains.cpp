// Sections `domains`, `mail` and `edge`: the product's names, its mail and what stands in front.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "contract/sections.h"
#include "contract/values.h"

namespace lr::contract {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<std::string> read_hosts(const Reader& list) {
  std::vector<std::string> out;
  for (const Reader& item : list.items()) {
    const std::string host = lower(item.text());
    if (std::ranges::find(out, host) != out.end()) item.error("this name is listed twice");
    out.push_back(host);
  }
  return out;
}

bool is_under(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

/// A name of another domain may be right (a second brand), but is mostly a slip.
void warn_of_strangers(const Reader& list, const std::string& primary) {
  for (const Reader& item : list.items()) {
    if (is_under(lower(item.text()), primary)) continue;
    item.warning(fmt::format("{} is not below {}; its own zone is not inspected",
                             in_quotes(item.text()), primary));
  }
}

std::optional<MailServer> read_server(const Loading& loading, const Reader& url,
                                      const Reader& section) {
  auto server = parse_mail_server(url.text());
  if (!server || !section.is_map()) return server;
  server->user = section.at("user").text();
  server->password = read_reference(loading, section.at("password"));
  if (server->user.empty() != !server->password) {
    section.error("user and password belong together: give both or none");
  }
  return server;
}

std::optional<MailArrival> read_arrival(const Loading& loading, const Reader& section) {
  if (!section) return std::nullopt;
  MailArrival out;
  out.address = section.at("address").text();
  if (section.at("maildir")) out.maildir = in_folder(loading, section.at("maildir").text());
  if (section.at("listen")) out.listen = parse_listen_address(section.at("listen").text());
  if (section.at("imap")) out.imap = read_server(loading, section.at("imap"), section);
  const int ways = (out.maildir.empty() ? 0 : 1) + (out.listen ? 1 : 0) + (out.imap ? 1 : 0);
  if (ways != 1) section.error("needs exactly one of maildir, listen and imap");
  if (out.imap && !out.imap->password) section.error("imap needs user and password");
  return out;
}

DmarcLevel read_dmarc(const Reader& value) {
  const std::string text = value.text();
  if (text == "none") return DmarcLevel::kNone;
  return text == "reject" ? DmarcLevel::kReject : DmarcLevel::kQuarantine;
}

std::vector<text::IpPrefix> read_prefixes(const Reader& list) {
  std::vector<text::IpPrefix> out;
  for (const Reader& item : list.items()) {
    if (auto prefix = text::parse_ip_prefix(item.text())) out.push_back(*prefix);
  }
  return out;
}

}  // namespace

void load_domains(Loading& loading, const Reader& section) {
  if (!section) return;
  DomainSettings out;
  out.at = section.mark();
  out.primary = lower(section.at("primary").text());
  out.redirects = read_hosts(section.at("redirects"));
  out.subdomains = read_hosts(section.at("subdomains"));
  out.staging = read_hosts(section.at("staging"));
  out.nameservers = read_hosts(section.at("nameservers"));
  out.issuers = section.at("issuers").texts();
  out.dnssec = section.at("dnssec").flag(false);
  out.hsts_preload = section.at("hsts_preload").flag(false);
  out.modern_tls = section.at("tls").text() == "modern";
  for (const char* key : {"redirects", "subdomains", "staging"}) {
    warn_of_strangers(section.at(key), out.primary);
  }
  for (const Reader& item : section.at("staging").items()) {
    const std::string host = lower(item.text());
    if (host == out.primary || std::ranges::find(out.subdomains, host) != out.subdomains.end()) {
      item.error("is a production name as well; a name is one or the other");
    }
  }
  loading.contract.domains = std::move(out);
}

void load_mail(Loading& loading, const Reader& section) {
  if (!section) return;
  MailSettings out;
  out.at = section.mark();
  out.domain = lower(section.at("domain").text());
  if (out.domain.empty() && loading.contract.domains) {
    out.domain = loading.contract.domains->primary;
  }
  if (out.domain.empty()) section.error("needs a domain, here or as domains.primary");
  out.sends = section.at("sends").flag(true);
  out.receives = section.at("receives").flag(true);
  out.bulk = section.at("bulk").flag(false);
  out.selectors = section.at("selectors").texts();
  out.senders = section.at("senders").texts();
  out.dmarc = read_dmarc(section.at("dmarc"));
  out.from = section.at("from").text();
  const Reader smtp = section.at("smtp");
  out.smtp = read_server(loading, smtp.is_map() ? smtp.at("url") : smtp, smtp);
  out.arrives = read_arrival(loading, section.at("arrives"));
  if (!out.sends && (out.smtp || !out.selectors.empty() || !out.senders.empty())) {
    section.error("sends is false, but smtp, selectors or senders say that mail is sent");
  }
  loading.contract.mail = std::move(out);
}

void load_edge(Loading& loading, const Reader& section) {
  if (!section) return;
  EdgeSettings out;
  out.at = section.mark();
  out.provider = section.at("provider").text();
  out.zone = section.at("zone").text();
  out.api = section.at("api").text();
  if (section.at("token")) out.token = read_reference(loading, section.at("token"));
  for (const Reader& item : section.at("origins").items()) {
    if (auto ip = text::parse_ip(item.text())) {
      out.origins.push_back(*ip);
    } else {
      item.error("an origin is one address, not a range");
    }
  }
  out.ranges = read_prefixes(section.at("ranges"));
  out.private_paths = section.at("private").texts();
  out.public_paths = section.at("public").texts();
  if (!loading.contract.domains && !loading.contract.mail) {
    section.error("needs domains.primary: the name that is behind the edge");
  }
  if (out.token && out.zone.empty()) section.error("token needs zone: the provider's id of it");
  loading.contract.edge = std::move(out);
}

}  // namespace lr::contract
