#include "lab_domain.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace lr::domain::lab {
namespace {

constexpr const char* kPage =
    "add_header Strict-Transport-Security 'max-age=63072000; includeSubDomains' always;"
    " return 200 '<!doctype html><title>Product</title><p>Hello.</p>';";

std::vector<std::string> delegation_records() {
  return {"@ SOA ns1.dns-a.lab. hostmaster 2026112501 7200 3600 1209600 3600",
          "@ NS ns1.dns-a.lab.", "@ NS ns2.dns-b.lab."};
}

void add_web(LabDomain& domain, const std::string& host) {
  const std::string owner =
      host == domain.name ? "@" : host.substr(0, host.size() - domain.name.size() - 1);
  domain.with(fmt::format("{} A {}", owner, kWebAddress));
  domain.hosts.push_back({.name = host, .https = kPage});
}

void add_mail(LabDomain& domain) {
  const std::string& name = domain.name;
  domain.with("@ MX 10 mx1.mailhost.lab.")
      .with("@ MX 20 mx2.mailhost.lab.")
      .with("@ TXT \"v=spf1 include:_spf.mailhost.lab -all\"")
      .with("k1._domainkey TXT " + quoted_strings(dkim_record(2048)))
      .with(fmt::format("_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@{}\"", name))
      .with("_mta-sts TXT \"v=STSv1; id=20261125\"")
      .with(fmt::format("_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:tls@{}\"", name))
      .with(fmt::format("mta-sts A {}", kWebAddress));
  domain.hosts.push_back(
      {.name = "mta-sts." + name,
       .https = "location = /.well-known/mta-sts.txt { default_type text/plain; return 200 "
                "'version: STSv1\\nmode: enforce\\nmx: mx1.mailhost.lab\\nmx: "
                "mx2.mailhost.lab\\nmax_age: 604800\\n'; }"});
  domain.subject.mail.selectors = {"k1"};
  domain.subject.mail.senders = {"127.0.25.1"};
}

LabDomain bare_domain(const std::string& label) {
  LabDomain out;
  out.name = label + ".lab";
  out.records = delegation_records();
  out.subject.domain = out.name;
  out.subject.from_contract = true;
  out.subject.nameservers = {"ns1.dns-a.lab", "ns2.dns-b.lab"};
  out.subject.issuers = {"authority.lab"};
  out.subject.mail.domain = out.name;
  out.subject.mail.dmarc = DmarcPromise::kQuarantine;
  out.with("@ CAA 0 issue \"authority.lab\"")
      .with(fmt::format("@ CAA 0 iodef \"mailto:security@{}\"", out.name));
  return out;
}

void add_usual_web(LabDomain& domain) {
  add_web(domain, domain.name);
  add_web(domain, "www." + domain.name);
  domain.subject.web_hosts = {domain.name, "www." + domain.name};
}

}  // namespace

LabDomain& LabDomain::without(std::string_view prefix) {
  const auto removed =
      std::erase_if(records, [&](const std::string& line) { return line.starts_with(prefix); });
  EXPECT_GT(removed, 0U) << name << " has no record \"" << prefix << "\"";
  return *this;
}

LabDomain& LabDomain::with(std::string line) {
  records.push_back(std::move(line));
  return *this;
}

LabDomain& LabDomain::instead(std::string_view prefix, std::string line) {
  return without(prefix).with(std::move(line));
}

LabHost& LabDomain::host(std::string_view of_name) {
  const auto at = std::ranges::find(hosts, of_name, &LabHost::name);
  if (at != hosts.end()) return *at;
  ADD_FAILURE() << name << " has no host " << of_name;
  return hosts.emplace_back();
}

LabHost& LabDomain::own_server() {
  static int last = 0;
  LabHost& out = host(name);
  out.address = fmt::format("127.0.81.{}", ++last);
  instead("@ A ", "@ A " + out.address);
  return out;
}

std::string unsubscribe_fields(const std::string& name) {
  return fmt::format(
      "/^Subject:/ PREPEND List-Unsubscribe: <https://{}/unsubscribe/1>\n"
      "/^Date:/ PREPEND List-Unsubscribe-Post: List-Unsubscribe=One-Click",
      name);
}

LabDomain product_domain(const std::string& label) {
  LabDomain out = bare_domain(label);
  add_usual_web(out);
  add_mail(out);
  return out;
}

LabDomain signed_domain(const std::string& label) {
  LabDomain out = product_domain(label);
  out.signing = ZoneSigning{};
  out.subject.dnssec = true;
  return out;
}

LabDomain mailless_domain(const std::string& label) {
  LabDomain out = bare_domain(label);
  add_usual_web(out);
  out.with("@ MX 0 .")
      .with("@ TXT \"v=spf1 -all\"")
      .with("_dmarc TXT \"v=DMARC1; p=reject; sp=reject; np=reject\"");
  out.subject.mail.sends = false;
  out.subject.mail.receives = false;
  return out;
}

std::vector<LabDomain> clean_domains() {
  std::vector<LabDomain> out;
  out.push_back(product_domain("plain"));
  out.push_back(signed_domain("signed"));
  out.push_back(mailless_domain("mailless"));
  out.push_back(product_domain("xn--bcher-kva"));

  // Signed with RSA and NSEC3, and a product on a name further down.
  LabDomain deep = signed_domain("deep");
  deep.signing = ZoneSigning{.algorithm = "rsasha256", .key_bits = 2048, .nsec3 = true};
  add_web(deep, "app.eu.deep.lab");
  deep.subject.web_hosts.push_back("app.eu.deep.lab");
  out.push_back(std::move(deep));

  // Keys at the mail provider, of both kinds, reached through aliases.
  LabDomain provider = product_domain("provider");
  provider.instead("k1._domainkey", "k1._domainkey CNAME k1._domainkey.mailhost.lab.")
      .with("k2._domainkey CNAME k2._domainkey.mailhost.lab.");
  provider.subject.mail.selectors = {"k1", "k2"};
  // Its mail is proved all the way, newsletters included.
  provider.mail_path = LabMailPath{.signed_headers = unsubscribe_fields(provider.name)};
  provider.subject.mail.bulk = true;
  out.push_back(std::move(provider));

  // Every name below it receives mail; the web is the same for any name.
  LabDomain wildcard = product_domain("wildcard");
  wildcard.with("*.box MX 10 mx1.mailhost.lab.").with("*.box TXT \"v=spf1 -all\"");
  out.push_back(std::move(wildcard));

  // Other names that only lead to the primary one.
  LabDomain redirects = product_domain("redirects");
  for (const std::string host : {"get.redirects.lab", "go.redirects.lab"}) {
    add_web(redirects, host);
    redirects.host(host).https =
        "add_header Strict-Transport-Security 'max-age=63072000; includeSubDomains' always;"
        " return 301 https://redirects.lab$request_uri;";
    redirects.subject.redirects.push_back(host);
    redirects.subject.web_hosts.push_back(host);
  }
  out.push_back(std::move(redirects));

  // www is an alias of a name at another operator, as with hosted sites and edges.
  LabDomain hosted = product_domain("hosted");
  hosted.instead("www A", "www CNAME sites.hosting.lab.");
  out.push_back(std::move(hosted));

  // Only a name was given: nothing is promised.
  LabDomain bare = signed_domain("bare");
  bare.subject = Subject{};
  bare.subject.domain = bare.name;
  bare.subject.web_hosts = {bare.name, "www." + bare.name};
  bare.subject.mail.domain = bare.name;
  out.push_back(std::move(bare));
  return out;
}

}  // namespace lr::domain::lab
