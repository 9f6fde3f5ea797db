// Faults of delegation, names, DNSSEC, CAA, and names that others can take over.
#include <fmt/format.h>

#include "faults.h"

namespace lr::domain::lab {
namespace {

/// Name servers in the zone and at its parent, both the same.
void set_servers(LabDomain& domain, const std::vector<std::string>& servers) {
  domain.without("@ NS");
  domain.subject.nameservers = servers;
  const std::string label = domain.name.substr(0, domain.name.find('.'));
  for (const std::string& server : servers) {
    domain.with("@ NS " + server + ".");
    domain.delegation += label + " NS " + server + ".\n";
  }
}

}  // namespace

std::vector<Fault> dns_faults() {
  return {
      {.name = "no-address",
       .change = [](LabDomain& d) { d.without("www A"); },
       .found = {"addresses.none"},
       .follows = {"renewal.blocked"}},
      {.name = "private-address",
       .change = [](LabDomain& d) { d.instead("www A", "www A 10.1.2.3"); },
       .found = {"addresses.unreachable"}},
      {.name = "staging-is-production",
       .change =
           [](LabDomain& d) {
             d.with("staging A " + std::string(kWebAddress));
             d.subject.staging = {"staging." + d.name};
           },
       .found = {"addresses.staging_shared"}},
      {.name = "alias-loop",
       .change =
           [](LabDomain& d) { d.without("www A").with("www CNAME web").with("web CNAME www"); },
       .found = {"names.alias_loop"}},
      {.name = "alias-chain",
       .change =
           [](LabDomain& d) {
             d.without("www A").with("www CNAME c1");
             for (int i = 1; i < 10; ++i) d.with(fmt::format("c{} CNAME c{}", i, i + 1));
             d.with("c10 A " + std::string(kWebAddress));
           },
       .found = {"names.alias_chain"}},
      {.name = "alias-dangles",
       .change =
           [](LabDomain& d) {
             d.with("docs CNAME gone.hosting.lab.");
             d.subject.web_hosts.push_back("docs." + d.name);
           },
       .found = {"takeover.dangling_alias"},
       .follows = {"addresses.none", "renewal.blocked"}},
      {.name = "alias-into-free-domain",
       .change =
           [](LabDomain& d) {
             d.with("docs CNAME www.gone-company.lab.");
             d.subject.web_hosts.push_back("docs." + d.name);
           },
       .found = {"takeover.alias_domain_free"},
       .follows = {"addresses.none", "renewal.blocked"}},
      {.name = "mail-in-free-domain",
       .change = [](LabDomain& d) { d.with("@ MX 30 mx.gone-company.lab."); },
       .found = {"takeover.mail_domain_free"},
       .follows = {"mx.no_address"}},
      {.name = "mail-server-gone",
       .change = [](LabDomain& d) { d.with("@ MX 30 mx." + d.name + "."); },
       .found = {"takeover.dangling_mail", "mx.no_address"}},
      {.name = "caa-other-issuer",
       .change =
           [](LabDomain& d) { d.instead("@ CAA 0 issue", "@ CAA 0 issue \"other.example\""); },
       .found = {"caa.issuer_refused"},
       .follows = {"renewal.blocked"}},
      {.name = "caa-critical-unknown",
       .change = [](LabDomain& d) { d.with("@ CAA 128 future \"x\""); },
       .found = {"caa.unknown_critical"},
       .follows = {"caa.issuer_refused", "renewal.blocked"}},
  };
}

std::vector<Fault> dangling_faults() {
  return {
      {.name = "address-has-another-owner",
       .change =
           [](LabDomain& d) {
             d.with("docs A 127.0.82.1");
             LabHost tenant = d.host(d.name);
             tenant.name = "shop.other-tenant.lab";
             tenant.address = "127.0.82.1";
             d.hosts.push_back(std::move(tenant));
           },
       .found = {"dangling.other_owner"},
       .scope = Scope::kNames},
      {.name = "address-was-released",
       .change =
           [](LabDomain& d) {
             d.with("blog A 127.0.83.1");
             d.subject.edge.origins = {text::parse_ip("127.0.80.1").value()};
           },
       .found = {"dangling.nobody"},
       .scope = Scope::kNames},
      {.name = "address-of-the-next-customer",
       .change =
           [](LabDomain& d) {
             d.with("staging A 127.0.83.2");
             d.subject.staging = {"staging." + d.name};
             LabHost tenant = d.host(d.name);
             tenant.name = "www.next-customer.lab";
             tenant.address = "127.0.83.2";
             d.hosts.push_back(std::move(tenant));
           },
       .found = {"dangling.other_owner"},
       .scope = Scope::kNames},
  };
}

std::vector<Fault> delegation_faults() {
  return {
      {.name = "single-server",
       .change = [](LabDomain& d) { set_servers(d, {"ns1.dns-a.lab"}); },
       .found = {"delegation.single_server"},
       .scope = Scope::kNames},
      {.name = "lame-server",
       .change = [](LabDomain& d) { set_servers(d, {"ns1.dns-a.lab", "ns1.nic.lab"}); },
       .found = {"delegation.lame"},
       .scope = Scope::kNames},
      {.name = "server-without-address",
       .change = [](LabDomain& d) { set_servers(d, {"ns1.dns-a.lab", "ns9.dns-a.lab"}); },
       .found = {"delegation.unresolvable"},
       .scope = Scope::kNames},
      {.name = "server-is-alias",
       .change = [](LabDomain& d) { set_servers(d, {"ns1.dns-a.lab", "alias.dns-b.lab"}); },
       .found = {"delegation.alias"},
       .scope = Scope::kNames},
      {.name = "server-in-free-domain",
       .change = [](LabDomain& d) { set_servers(d, {"ns1.dns-a.lab", "ns1.gone-dns.lab"}); },
       .found = {"takeover.nameserver_domain_free"},
       .follows = {"delegation.unresolvable"},
       .scope = Scope::kNames},
      {.name = "not-the-promised-servers",
       .change = [](LabDomain& d) { d.subject.nameservers = {"ns1.dns-c.lab", "ns2.dns-c.lab"}; },
       .found = {"delegation.promised"},
       .scope = Scope::kNames},
      {.name = "parent-knows-others",
       .change =
           [](LabDomain& d) {
             d.instead("@ NS ns2", "@ NS ns3.dns-c.lab.");
             d.other_records = d.records;
           },
       .found = {"delegation.parity"},
       .follows = {"delegation.promised"},
       .scope = Scope::kNames},
      {.name = "versions-differ",
       .change =
           [](LabDomain& d) {
             set_servers(d, {"ns1.dns-a.lab", "ns3.dns-c.lab"});
             LabDomain old = d;
             old.instead("@ SOA",
                         "@ SOA ns1.dns-a.lab. hostmaster 2024010101 7200 3600 1209600 3600");
             d.other_records = old.records;
           },
       .found = {"delegation.serial"},
       .scope = Scope::kNames},
      {.name = "transfers-to-anybody",
       .change = [](LabDomain& d) { d.transfers = true; },
       .found = {"delegation.transfer_open"},
       .scope = Scope::kNames},
  };
}

std::vector<Fault> dnssec_faults() {
  using std::chrono::days;
  return {
      {.name = "promised-and-unsigned",
       .change = [](LabDomain& d) { d.subject.dnssec = true; },
       .found = {"dnssec.unsigned"}},
      {.name = "signed-without-ds",
       .base = signed_domain,
       .change = [](LabDomain& d) { d.ds = [](const std::string&) { return std::string(); }; },
       .found = {"dnssec.no_ds"}},
      {.name = "signatures-expired",
       .base = signed_domain,
       .change = [](LabDomain& d) { d.signing->age = days(60); },
       .found = {"dnssec.bogus"},
       .follows = {"renewal.blocked"}},
      {.name = "signatures-end-tomorrow",
       .base = signed_domain,
       .change =
           [](LabDomain& d) {
             d.signing->lifetime = days(14);
             d.signing->age = days(13);
           },
       .found = {"dnssec.signature_expiry"},
       .scope = Scope::kNames},
      {.name = "tampered-zone",
       .base = signed_domain,
       .change =
           [](LabDomain& d) {
             d.tamper = [](std::string text) {
               for (std::size_t at = text.find("127.0.80.1"); at != std::string::npos;
                    at = text.find("127.0.80.1", at + 1)) {
                 text.replace(at, 10, "127.0.80.9");
               }
               return text;
             };
           },
       .found = {"dnssec.bogus"},
       .follows = {"renewal.blocked"}},
  };
}

std::vector<Fault> zone_key_faults() {
  return {
      {.name = "ds-of-another-key",
       .base = signed_domain,
       .change =
           [](LabDomain& d) {
             d.ds = [](const std::string& ds) {
               // Only the digest is wrong, as after an exchange of keys that nobody told of.
               return ds.substr(0, ds.size() - 64) + std::string(64, 'a');
             };
           },
       .found = {"dnssec.bogus"},
       .follows = {"renewal.blocked"}},
      {.name = "ds-left-behind",
       .base = signed_domain,
       .change =
           [](LabDomain& d) {
             d.ds = [](const std::string& ds) {
               return ds + "\n" + ds.substr(0, ds.find(' ')) + " DS 4711 13 2 " +
                      std::string(64, 'b');
             };
           },
       .found = {"dnssec.ds_without_key"}},
      {.name = "nsec3-iterations",
       .base = signed_domain,
       .change =
           [](LabDomain& d) { d.signing = ZoneSigning{.nsec3 = true, .nsec3_iterations = 10}; },
       .found = {"dnssec.nsec3_iterations"}},
      {.name = "short-zone-key",
       .base = signed_domain,
       .change =
           [](LabDomain& d) {
             d.signing = ZoneSigning{.algorithm = "rsasha256", .key_bits = 1024};
           },
       .found = {"dnssec.key_size"}},
      {.name = "sha1-zone-key",
       .base = signed_domain,
       .change =
           [](LabDomain& d) { d.signing = ZoneSigning{.algorithm = "rsasha1", .key_bits = 2048}; },
       .found = {"dnssec.algorithm"}},
  };
}

}  // namespace lr::domain::lab
