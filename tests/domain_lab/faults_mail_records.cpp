// Faults of SPF, DKIM and DMARC records.
#include <fmt/format.h>

#include "faults.h"

namespace lr::domain::lab {
namespace {

void set_spf(LabDomain& domain, const std::string& strings) {
  domain.instead("@ TXT", "@ TXT " + strings);
}

void set_key(LabDomain& domain, const std::string& record) {
  domain.instead("k1._domainkey", "k1._domainkey TXT " + quoted_strings(record));
}

void set_policy(LabDomain& domain, const std::string& record) {
  domain.instead("_dmarc", "_dmarc TXT \"" + record + "\"");
}

/// "a, b, c, d": the usual record of a domain whose tags follow the version.
std::string policy(const LabDomain& domain, const std::string& tags) {
  return fmt::format("v=DMARC1; {}; rua=mailto:dmarc@{}", tags, domain.name);
}

void eleven_lookups(LabDomain& domain) {
  std::string record = "\"v=spf1";
  for (int i = 0; i < 11; ++i) {
    domain.with(fmt::format("i{} TXT \"v=spf1 ip4:127.0.25.{} -all\"", i, i));
    record += fmt::format(" include:i{}.{}", i, domain.name);
  }
  set_spf(domain, record + " -all\"");
}

}  // namespace

std::vector<Fault> spf_faults() {
  return {
      {.name = "spf-missing",
       .change = [](LabDomain& d) { d.without("@ TXT"); },
       .found = {"spf.missing"}},
      {.name = "spf-several",
       .change = [](LabDomain& d) { d.with("@ TXT \"v=spf1 ip4:127.0.25.1 -all\""); },
       .found = {"spf.several"}},
      {.name = "spf-bad-address",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 ip4:127.0.25.300 -all\""); },
       .found = {"spf.syntax"}},
      {.name = "spf-unknown-mechanism",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 ipv4:127.0.25.1 -all\""); },
       .found = {"spf.unknown_mechanism"}},
      {.name = "spf-word-processor",
       .change =
           [](LabDomain& d) {
             set_spf(d, "\"v=spf1 include:_spf.mailhost.lab \\226\\128\\147all\"");
           },
       .found = {"spf.non_ascii"}},
      {.name = "spf-lost-space",
       .change =
           [](LabDomain& d) {
             set_spf(d, "\"v=spf1 ip4:127.0.25.0/28\" \"include:_spf.mailhost.lab -all\"");
           },
       .found = {"spf.lost_space"}},
      {.name = "spf-misspelled",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf include:_spf.mailhost.lab -all\""); },
       .found = {"spf.misspelled"}},
      {.name = "spf-pass-all",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 include:_spf.mailhost.lab +all\""); },
       .found = {"spf.pass_all"}},
      {.name = "spf-no-end",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 include:_spf.mailhost.lab\""); },
       .found = {"spf.no_all"}},
      {.name = "spf-neutral-end",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 include:_spf.mailhost.lab ?all\""); },
       .found = {"spf.neutral_all"}},
      {.name = "spf-behind-all",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 -all include:_spf.mailhost.lab\""); },
       .found = {"spf.unreachable_terms"},
       .follows = {"spf.sender_refused"}},
  };
}

std::vector<Fault> spf_tree_faults() {
  return {
      {.name = "spf-half-the-world",
       .change =
           [](LabDomain& d) {
             set_spf(d, "\"v=spf1 ip4:64.0.0.0/2 include:_spf.mailhost.lab -all\"");
           },
       .found = {"spf.wide_range"}},
      {.name = "spf-eleven-lookups", .change = eleven_lookups, .found = {"spf.too_many_lookups"}},
      {.name = "spf-three-voids",
       .change =
           [](LabDomain& d) {
             set_spf(d, fmt::format("\"v=spf1 a:g1.{0} a:g2.{0} a:g3.{0} ip4:127.0.25.1 -all\"",
                                    d.name));
           },
       .found = {"spf.void_lookups"}},
      {.name = "spf-include-missing",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 include:_spf.gone.lab -all\""); },
       .found = {"spf.include_missing"}},
      {.name = "spf-include-broken",
       .change =
           [](LabDomain& d) {
             d.with("_spf TXT \"v=spf1 ip4:1.2.3 -all\"");
             set_spf(d, fmt::format("\"v=spf1 include:_spf.{} -all\"", d.name));
           },
       .found = {"spf.include_broken"}},
      {.name = "spf-includes-itself",
       .change =
           [](LabDomain& d) { set_spf(d, fmt::format("\"v=spf1 include:{} -all\"", d.name)); },
       .found = {"spf.include_loop"}},
      {.name = "spf-redirect-missing",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 redirect=_spf." + d.name + "\""); },
       .found = {"spf.redirect_missing"}},
      {.name = "spf-forgot-the-sender",
       .change = [](LabDomain& d) { set_spf(d, "\"v=spf1 ip4:127.0.99.1 -all\""); },
       .found = {"spf.sender_refused"}},
      {.name = "spf-mailless-open",
       .base = mailless_domain,
       .change = [](LabDomain& d) { d.without("@ TXT"); },
       .found = {"spf.unused_open"}},
  };
}

std::vector<Fault> dkim_faults() {
  return {
      {.name = "dkim-selector-missing",
       .change = [](LabDomain& d) { d.without("k1._domainkey"); },
       .found = {"dkim.selector_missing"}},
      {.name = "dkim-alias-dangles",
       .change =
           [](LabDomain& d) {
             d.instead("k1._domainkey", "k1._domainkey CNAME k9._domainkey.mailhost.lab.");
           },
       .found = {"dkim.dangling_alias"}},
      {.name = "dkim-two-records",
       .change =
           [](LabDomain& d) {
             d.with("k1._domainkey TXT " + quoted_strings(dkim_ed25519_record()));
           },
       .found = {"dkim.several_records"}},
      {.name = "dkim-revoked",
       .change = [](LabDomain& d) { set_key(d, "v=DKIM1; k=rsa; p="); },
       .found = {"dkim.revoked"}},
      {.name = "dkim-no-base64",
       .change = [](LabDomain& d) { set_key(d, "v=DKIM1; k=rsa; p=MIIB*not*base64"); },
       .found = {"dkim.syntax"}},
      {.name = "dkim-short-key",
       .change = [](LabDomain& d) { set_key(d, dkim_record(768)); },
       .found = {"dkim.short_key"}},
      {.name = "dkim-weak-key",
       .change = [](LabDomain& d) { set_key(d, dkim_record(1024)); },
       .found = {"dkim.weak_key"}},
      {.name = "dkim-testing",
       .change = [](LabDomain& d) { set_key(d, dkim_record(2048) + "; t=y"); },
       .found = {"dkim.testing"}},
      {.name = "dkim-sha1-only",
       .change =
           [](LabDomain& d) { set_key(d, "v=DKIM1; h=sha1; " + dkim_record(2048).substr(9)); },
       .found = {"dkim.hash"}},
      {.name = "dkim-not-for-mail",
       .change =
           [](LabDomain& d) { set_key(d, "v=DKIM1; s=tlsrpt; " + dkim_record(2048).substr(9)); },
       .found = {"dkim.service"}},
      {.name = "dkim-pasted-quotes",
       .change =
           [](LabDomain& d) {
             std::string key = dkim_record(2048);
             key.insert(200, "\\\" \\\"");
             d.instead("k1._domainkey", "k1._domainkey TXT \"" + key.substr(0, 150) + "\" \"" +
                                            key.substr(150) + "\"");
           },
       .found = {"dkim.split_wrong"}},
  };
}

std::vector<Fault> dmarc_faults() {
  return {
      {.name = "dmarc-missing",
       .change = [](LabDomain& d) { d.without("_dmarc"); },
       .found = {"dmarc.missing"}},
      {.name = "dmarc-several",
       .change = [](LabDomain& d) { d.with("_dmarc TXT \"v=DMARC1; p=none\""); },
       .found = {"dmarc.several"}},
      {.name = "dmarc-version",
       .change = [](LabDomain& d) { set_policy(d, "v=DMARC2; p=reject"); },
       .found = {"dmarc.version"}},
      {.name = "dmarc-doubled-name",
       .change =
           [](LabDomain& d) {
             // The form adds the domain to a name that already has it.
             d.without("_dmarc").with("_dmarc." + d.name + " TXT \"" + policy(d, "p=reject") +
                                      "\"");
           },
       .found = {"dmarc.wrong_name"}},
      {.name = "dmarc-no-such-policy",
       .change = [](LabDomain& d) { set_policy(d, policy(d, "p=block")); },
       .found = {"dmarc.invalid_policy"}},
      {.name = "dmarc-asks-for-nothing",
       .change = [](LabDomain& d) { set_policy(d, policy(d, "p=none")); },
       .found = {"dmarc.below_promise"}},
      {.name = "dmarc-open-subdomains",
       .change = [](LabDomain& d) { set_policy(d, policy(d, "p=reject; sp=none")); },
       .found = {"dmarc.subdomains_weaker"}},
      {.name = "dmarc-a-tenth",
       .change = [](LabDomain& d) { set_policy(d, policy(d, "p=reject; pct=10")); },
       .found = {"dmarc.percent"}},
      {.name = "dmarc-only-a-test",
       .change = [](LabDomain& d) { set_policy(d, policy(d, "p=quarantine; t=y")); },
       .found = {"dmarc.testing"}},
      {.name = "dmarc-report-address",
       .change = [](LabDomain& d) { set_policy(d, "v=DMARC1; p=reject; rua=dmarc@" + d.name); },
       .found = {"dmarc.report_address"}},
      {.name = "dmarc-reports-refused",
       .change = [](LabDomain& d) { set_policy(d, "v=DMARC1; p=reject; rua=mailto:d@plain.lab"); },
       .found = {"dmarc.report_unauthorised"}},
      {.name = "dmarc-tag-twice",
       .change = [](LabDomain& d) { set_policy(d, policy(d, "p=reject; sp=reject; sp=none")); },
       .found = {"dmarc.duplicate_tags"}},
      {.name = "dmarc-mailless-open",
       .base = mailless_domain,
       .change = [](LabDomain& d) { set_policy(d, policy(d, "p=quarantine")); },
       .found = {"dmarc.unused_open"},
       .follows = {"dmarc.report_unreachable"}},
  };
}

}  // namespace lr::domain::lab
