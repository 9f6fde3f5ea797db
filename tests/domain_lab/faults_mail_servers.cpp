// Faults of MX records, MTA-STS, TLS reporting, and of the mail servers themselves.
#include <fmt/format.h>

#include "faults.h"

namespace lr::domain::lab {
namespace {

/// One more MX of the domain's own, with a server that has these faults.
void add_server(LabDomain& domain, std::vector<std::string> faults) {
  static int last = 0;
  const std::string host = "mx." + domain.name;
  const std::string address = fmt::format("127.0.27.{}", ++last);
  domain.with("@ MX 30 " + host + ".").with("mx A " + address);
  domain.mail_servers.push_back({.name = host, .address = address, .faults = std::move(faults)});
  domain.host("mta-sts." + domain.name).https =
      "location = /.well-known/mta-sts.txt { default_type text/plain; return 200 "
      "'version: STSv1\\nmode: enforce\\nmx: *.mailhost.lab\\nmx: " +
      host + "\\nmax_age: 604800\\n'; }";
}

/// The first MX is a server of the domain's own; `behind` answers its handshakes.
void weaken(LabDomain& domain, TlsServer behind, const std::string& settings) {
  add_server(domain, {});
  const std::string host = "mx." + domain.name;
  domain.instead("@ MX 30", "@ MX 5 " + host + ".");
  domain.mail_servers.back().behind = behind;
  domain.mail_servers.back().tls = settings;
  // GnuTLS has the old suites for RSA only.
  if (behind == TlsServer::kGnutls) domain.mail_servers.back().key = TestKey::kRsa2048;
}

void serve_policy(LabDomain& domain, const std::string& text) {
  domain.host("mta-sts." + domain.name).https =
      "location = /.well-known/mta-sts.txt { default_type text/plain; return 200 '" + text + "'; }";
}

}  // namespace

std::vector<Fault> mx_faults() {
  return {
      {.name = "mx-missing",
       .change = [](LabDomain& d) { d.without("@ MX"); },
       .found = {"mx.missing"}},
      {.name = "mx-refuses",
       .change = [](LabDomain& d) { d.without("@ MX").with("@ MX 0 ."); },
       .found = {"mx.refuses"},
       .follows = {"dmarc.report_unreachable"}},
      {.name = "mx-null-and-more",
       .change = [](LabDomain& d) { d.with("@ MX 0 ."); },
       .found = {"mx.null_with_others"}},
      {.name = "mx-is-alias",
       .change = [](LabDomain& d) { d.with("@ MX 30 mail").with("mail CNAME mx1.mailhost.lab."); },
       .found = {"mx.alias"}},
      {.name = "mx-is-address",
       .change = [](LabDomain& d) { d.with("@ MX 30 127.0.25.1."); },
       .found = {"mx.literal"},
       .follows = {"takeover.dangling_mail"}},
      {.name = "mx-private",
       .change = [](LabDomain& d) { d.with("@ MX 30 mail").with("mail A 192.168.1.5"); },
       .found = {"mx.private_address"}},
      {.name = "mx-is-the-sender",
       .change = [](LabDomain& d) { d.with("@ MX 30 mail").with("mail A 127.0.0.1"); },
       .found = {"mx.localhost"}},
      {.name = "mta-sts-two-records",
       .change = [](LabDomain& d) { d.with("_mta-sts TXT \"v=STSv1; id=2\""); },
       .found = {"mta_sts.several"}},
      {.name = "mta-sts-without-id",
       .change = [](LabDomain& d) { d.instead("_mta-sts", "_mta-sts TXT \"v=STSv1;\""); },
       .found = {"mta_sts.record"}},
      {.name = "mta-sts-host-gone",
       .change = [](LabDomain& d) { d.without("mta-sts A"); },
       .found = {"mta_sts.host"}},
      {.name = "mta-sts-forgets-server",
       .change =
           [](LabDomain& d) {
             serve_policy(d,
                          "version: STSv1\\nmode: enforce\\nmx: mx1.mailhost.lab\\nmax_age: "
                          "604800\\n");
           },
       .found = {"mta_sts.coverage"},
       .follows = {"smtp.mta_sts"},
       .scope = Scope::kMail},
      {.name = "mta-sts-unreadable",
       .change = [](LabDomain& d) { serve_policy(d, "mode = enforce\\n"); },
       .found = {"mta_sts.policy"},
       .scope = Scope::kMail},
      {.name = "mta-sts-page-missing",
       .change = [](LabDomain& d) { d.host("mta-sts." + d.name).https = "return 404;"; },
       .found = {"mta_sts.policy_unreachable"},
       .scope = Scope::kMail},
      {.name = "tls-report-two-records",
       .change = [](LabDomain& d) { d.with("_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@b.lab\""); },
       .found = {"tls_rpt.several"}},
      {.name = "sender-without-reverse",
       .change = [](LabDomain& d) { d.subject.mail.senders.push_back("127.0.25.9"); },
       .found = {"reverse.missing"}},
      {.name = "sender-reverse-unconfirmed",
       .change = [](LabDomain& d) { d.subject.mail.senders.push_back("127.0.25.3"); },
       .found = {"reverse.unconfirmed"}},
  };
}

std::vector<Fault> smtp_faults() {
  return {
      {.name = "smtp-no-starttls",
       .change = [](LabDomain& d) { add_server(d, {"no_starttls"}); },
       .found = {"smtp.starttls"},
       .follows = {"smtp.mta_sts"},
       .scope = Scope::kMail},
      {.name = "smtp-open-relay",
       .change = [](LabDomain& d) { add_server(d, {"open_relay"}); },
       .found = {"smtp.open_relay"},
       .scope = Scope::kMail},
      {.name = "smtp-password-in-the-clear",
       .change = [](LabDomain& d) { add_server(d, {"plain_auth"}); },
       .found = {"smtp.auth_in_the_clear"},
       .scope = Scope::kMail},
      {.name = "smtp-tells-mailboxes",
       .change = [](LabDomain& d) { add_server(d, {"vrfy"}); },
       .found = {"smtp.vrfy"},
       .scope = Scope::kMail},
      {.name = "smtp-own-certificate",
       .change = [](LabDomain& d) { add_server(d, {"self_signed"}); },
       .found = {"smtp.certificate_trust"},
       .follows = {"smtp.mta_sts"},
       .scope = Scope::kMail},
      {.name = "smtp-old-tls",
       .change = [](LabDomain& d) { add_server(d, {"old_tls"}); },
       .found = {"smtp.tls_version"},
       .scope = Scope::kMail},
      {.name = "dane-wrong-digest",
       .base = signed_domain,
       .change =
           [](LabDomain& d) {
             add_server(d, {});
             d.with("_25._tcp.mx TLSA 3 1 1 " + std::string(64, 'c'));
           },
       .found = {"dane.no_match"},
       .scope = Scope::kMail},
      {.name = "dane-unsigned",
       .change =
           [](LabDomain& d) {
             add_server(d, {});
             d.with("_25._tcp.mx TLSA 3 1 1 " + std::string(64, 'd'));
           },
       .found = {"dane.insecure"},
       .scope = Scope::kMail},
  };
}

std::vector<Fault> starttls_faults() {
  return {
      {.name = "starttls-rc4-md5",
       .change =
           [](LabDomain& d) {
             weaken(d, TlsServer::kGnutls, "NORMAL:-VERS-ALL:+VERS-TLS1.2:+ARCFOUR-128:+MD5:+SHA1");
           },
       .found = {"smtp_tls.rc4", "smtp_tls.md5"},
       .scope = Scope::kMail},
      {.name = "starttls-triple-des",
       .change =
           [](LabDomain& d) {
             weaken(d, TlsServer::kGnutls, "NORMAL:-VERS-ALL:+VERS-TLS1.2:+3DES-CBC:+SHA1");
           },
       .found = {"smtp_tls.triple_des", "smtp_tls.no_forward_secrecy", "smtp_tls.tls13_missing"},
       .scope = Scope::kMail},
      {.name = "starttls-without-encryption",
       .change =
           [](LabDomain& d) {
             weaken(d, TlsServer::kOpenssl, "-tls1_2 -cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0");
           },
       .found = {"smtp_tls.null", "smtp_tls.anonymous"},
       .scope = Scope::kMail},
      {.name = "starttls-old-versions",
       .change =
           [](LabDomain& d) {
             weaken(d, TlsServer::kOpenssl, "-min_protocol TLSv1 -cipher DEFAULT:@SECLEVEL=0");
           },
       .found = {"smtp_tls.tls10", "smtp_tls.tls11"},
       .scope = Scope::kMail},
      {.name = "starttls-short-prime",
       .change =
           [](LabDomain& d) {
             // OpenSSL takes a prime as long as the key.
             weaken(d, TlsServer::kOpenssl,
                    "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0");
             d.mail_servers.back().key = TestKey::kRsa1024;
           },
       .found = {"smtp_tls.dh_size"},
       .scope = Scope::kMail},
      {.name = "starttls-no-renegotiation-info",
       .change =
           [](LabDomain& d) {
             weaken(d, TlsServer::kGnutls,
                    "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION");
           },
       .found = {"smtp_tls.renegotiation"},
       .scope = Scope::kMail},
  };
}

}  // namespace lr::domain::lab
