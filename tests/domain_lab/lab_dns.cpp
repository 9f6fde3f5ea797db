#include "lab_dns.h"

#include <fmt/format.h>

namespace lr::domain::lab {
namespace {

constexpr std::string_view kSoa =
    "@ SOA ns1.nic.lab. hostmaster.nic.lab. 1 7200 3600 1209600 3600\n";
constexpr std::string_view kOpenTransfer =
    "acl:\n  - id: open\n    address: 127.0.0.0/8\n    action: transfer\n";

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::string below_parent(const std::string& name) {
  return name.substr(0, name.size() - std::string_view(".lab").size());
}

/// What "lab" says of the domain.
std::string delegation(const LabDomain& domain, const std::string& ds) {
  const std::string label = below_parent(domain.name);
  std::string out = domain.delegation;
  if (out.empty()) out = fmt::format("{0} NS ns1.dns-a.lab.\n{0} NS ns2.dns-b.lab.\n", label);
  const std::string published = domain.ds ? domain.ds(ds) : ds;
  return out + published + "\n";
}

/// The companies that the domains buy from.
std::string companies() {
  return fmt::format(
      "ns1.nic A {0}\n"
      "ns1.dns-a A {1}\nns2.dns-b A {2}\nns3.dns-c A {3}\nns4.silent A {4}\n"
      "alias.dns-b CNAME ns2.dns-b\n"
      "mx1.mailhost A 127.0.25.1\nmx2.mailhost A 127.0.25.2\nsubmission.mailhost A {8}\n"
      "_spf.mailhost TXT \"v=spf1 ip4:127.0.25.0/28 include:_spf2.mailhost.lab ~all\"\n"
      "_spf2.mailhost TXT \"v=spf1 ip4:127.0.26.0/28 ~all\"\n"
      "k1._domainkey.mailhost TXT {5}\nk2._domainkey.mailhost TXT {6}\n"
      "sites.hosting A {7}\npostal MX 10 submission.mailhost\n"
      // Zones of scripted servers; resolvers are told where these are.
      "bad-mute NS ns4.silent\nbad-garbage NS ns4.silent\n"
      "bad-refusing NS ns4.silent\nbad-cut NS ns4.silent\n"
      "bad-huge NS ns4.silent\nbad-circle NS ns4.silent\n",
      kParentServer, kServerA, kServerB, kOtherServer, kSilentAddress,
      quoted_strings(dkim_record(2048)), quoted_strings(dkim_ed25519_record()), kWebAddress,
      kSubmissionAddress);
}

std::string reverse_zone() {
  return std::string(kSoa) +
         "@ NS ns1.nic.lab.\n"
         "1.25.0 PTR mx1.mailhost.lab.\n2.25.0 PTR mx2.mailhost.lab.\n"
         // Its name leads elsewhere.
         "3.25.0 PTR mx1.mailhost.lab.\n"
         // Of a cloud that hands addresses out by the hour.
         "1.83.0 PTR ec2-127-0-83-1.compute-1.amazonaws.com.\n"
         "2.83.0 PTR ec2-127-0-83-2.compute-1.amazonaws.com.\n";
}

struct Parents {
  std::string lab{};
  std::string root{};
};

Result<Parents> sign_parents(const std::string& delegations, std::string& anchor) {
  Parents out;
  const std::string lab = std::string(kSoa) + "@ NS ns1.nic.lab.\n" + companies() + delegations;
  LR_TRY(const SignedZone signed_lab, sign_zone("lab", lab, {}));
  const std::string root =
      std::string(kSoa) + fmt::format(
                              "@ NS ns1.nic.lab.\nlab NS ns1.nic.lab.\nns1.nic.lab A {}\n"
                              "127.in-addr.arpa NS ns1.nic.lab.\n{}\n",
                              kParentServer, signed_lab.ds);
  LR_TRY(const SignedZone signed_root, sign_zone(".", root, {}));
  out.lab = signed_lab.text;
  out.root = signed_root.text;
  anchor = signed_root.ds;
  return out;
}

}  // namespace

Result<std::unique_ptr<LabDns>> LabDns::start(const std::vector<LabDomain>& domains) {
  auto dns = std::make_unique<LabDns>();
  std::vector<KnotZone> everything, others;
  std::string delegations;
  for (const LabDomain& domain : domains) {
    SignedZone zone{.text = joined(domain.records), .ds = {}};
    if (domain.signing) {
      LR_TRY(zone, sign_zone(domain.name, zone.text, *domain.signing));
    }
    if (domain.tamper) zone.text = domain.tamper(zone.text);
    delegations += delegation(domain, zone.ds);
    everything.push_back(
        {.name = domain.name, .text = zone.text, .settings = domain.transfers ? "acl: open" : ""});
    if (!domain.other_records.empty()) {
      others.push_back({.name = domain.name, .text = joined(domain.other_records)});
    }
  }
  LR_TRY(const Parents parents, sign_parents(delegations, dns->anchor_));
  const std::vector<KnotZone> above = {{.name = ".", .text = parents.root},
                                       {.name = "lab", .text = parents.lab},
                                       {.name = "127.in-addr.arpa", .text = reverse_zone()}};
  everything.insert(everything.end(), above.begin(), above.end());
  others.push_back({.name = "other.invalid", .text = std::string(kSoa) + "@ NS ns1.nic.lab.\n"});
  const KnotSettings settings{
      .addresses = {std::string(kResolverAddress), std::string(kServerA), std::string(kServerB)},
      .sections = std::string(kOpenTransfer)};
  LR_TRY(dns->everything_, KnotServer::start(everything, settings));
  LR_TRY(dns->parents_, KnotServer::start(above, {.addresses = {std::string(kParentServer)},
                                                  .port = dns->port()}));
  LR_TRY(dns->others_, KnotServer::start(others, {.addresses = {std::string(kOtherServer)},
                                                  .port = dns->port()}));
  return dns;
}

std::string LabDns::resolver_address(std::uint16_t port) const {
  return fmt::format("{}@{}", kResolverAddress, port == 0 ? this->port() : port);
}

ResolverSettings LabDns::resolver_settings() const {
  return {.forwarders = {resolver_address()},
          .stubs = {{"127.in-addr.arpa", resolver_address()}},
          .trust_anchors = {anchor_},
          .patience = std::chrono::seconds(5),
          .questions_max = 100'000};
}

}  // namespace lr::domain::lab
