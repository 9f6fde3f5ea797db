// Faults of certificates, TLS, redirects and pages.
#include <fmt/format.h>

#include "faults.h"

namespace lr::domain::lab {
namespace {

using std::chrono::days;

constexpr const char* kHsts =
    "add_header Strict-Transport-Security 'max-age=63072000; includeSubDomains' always; ";

template <class Change>
void change_certificate(LabDomain& domain, Change change) {
  domain.host(domain.name).certificate = change;
}

void page(LabDomain& domain, const std::string& html) {
  domain.host(domain.name).https = kHsts + ("return 200 '" + html + "';");
}

void old_server(LabDomain& domain, TlsServer server, const std::string& settings) {
  LabHost& host = domain.own_server();
  host.server = server;
  host.tls = settings;
}

}  // namespace

std::vector<Fault> certificate_faults() {
  return {
      {.name = "certificate-expired",
       .change =
           [](LabDomain& d) {
             change_certificate(d, [](CertificateSpec& c) {
               c.until -= days(61);
               c.from -= days(61);
             });
           },
       .found = {"certificate.expired"},
       .follows = {"https.certificate"},
       .scope = Scope::kWeb},
      {.name = "certificate-of-tomorrow",
       .change =
           [](LabDomain& d) {
             change_certificate(d, [](CertificateSpec& c) { c.from += days(31); });
           },
       .found = {"certificate.not_yet_valid"},
       .follows = {"https.certificate"},
       .scope = Scope::kWeb},
      {.name = "certificate-nearly-over",
       .change =
           [](LabDomain& d) {
             change_certificate(d, [](CertificateSpec& c) {
               c.until -= days(57);
               c.from -= days(57);
             });
           },
       .found = {"certificate.expiring"},
       .follows = {"certificate.renewal_overdue"},
       .scope = Scope::kWeb},
      {.name = "certificate-of-another",
       .change =
           [](LabDomain& d) {
             change_certificate(d, [](CertificateSpec& c) {
               c.names = {"other.lab"};
               c.common_name = "other.lab";
             });
           },
       .found = {"certificate.name_mismatch"},
       .follows = {"https.certificate"},
       .scope = Scope::kWeb},
      {.name = "certificate-without-names",
       .change =
           [](LabDomain& d) { change_certificate(d, [](CertificateSpec& c) { c.names.clear(); }); },
       .found = {"certificate.no_names"},
       .follows = {"certificate.name_mismatch"},
       .scope = Scope::kWeb},
  };
}

std::vector<Fault> renewal_faults() {
  return {
      {.name = "renewal-refused",
       .change = [](LabDomain& d) { d.host(d.name).authority = "Let\'s Encrypt"; },
       .found = {"renewal.blocked"},
       .scope = Scope::kWeb},
      {.name = "renewal-of-wildcard-refused",
       .change =
           [](LabDomain& d) {
             d.with("@ CAA 0 issuewild \";\"");
             change_certificate(d,
                                [](CertificateSpec& c) { c.names.push_back("*." + c.names[0]); });
           },
       .found = {"renewal.blocked"},
       .scope = Scope::kWeb},
      {.name = "renewal-refused-at-the-last-moment",
       .change =
           [](LabDomain& d) {
             d.instead("@ CAA 0 issue", "@ CAA 0 issue \"other.example\"");
             change_certificate(d, [](CertificateSpec& c) {
               c.from -= days(11);
               c.until = c.from + days(47);
             });
           },
       .found = {"renewal.blocked", "caa.issuer_refused"},
       .follows = {"certificate.expiring", "certificate.renewal_overdue"},
       .scope = Scope::kWeb},
  };
}

std::vector<Fault> chain_faults() {
  return {
      {.name = "certificate-of-its-own",
       .change = [](LabDomain& d) { d.host(d.name).self_signed = true; },
       .found = {"certificate.self_signed"},
       .follows = {"https.certificate"},
       .scope = Scope::kWeb},
      {.name = "chain-incomplete",
       .change =
           [](LabDomain& d) {
             d.host(d.name).chain = [](const TestAuthority&, const TestCertificate& leaf) {
               return leaf.certificate;
             };
           },
       .found = {"certificate.incomplete_chain"},
       .follows = {"https.certificate"},
       .scope = Scope::kWeb},
      {.name = "certificate-for-years",
       .change =
           [](LabDomain& d) {
             change_certificate(d, [](CertificateSpec& c) { c.until = c.from + days(825); });
           },
       .found = {"certificate.validity_too_long"},
       .scope = Scope::kWeb},
      {.name = "certificate-for-clients",
       .change =
           [](LabDomain& d) {
             change_certificate(d, [](CertificateSpec& c) { c.extended = "clientAuth"; });
           },
       .found = {"certificate.server_auth"},
       .follows = {"https.certificate"},
       .scope = Scope::kWeb},
      {.name = "certificate-must-staple",
       .change =
           [](LabDomain& d) {
             change_certificate(d, [](CertificateSpec& c) { c.must_staple = true; });
           },
       .found = {"certificate.must_staple"},
       .scope = Scope::kWeb},
      {.name = "certificate-small-key",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kOpenssl,
                        "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0");
             change_certificate(d, [](CertificateSpec& c) { c.key = TestKey::kRsa1024; });
           },
       .found = {"certificate.small_key"},
       .follows = {"https.certificate"},
       .scope = Scope::kWeb},
  };
}

std::vector<Fault> tls_faults() {
  return {
      {.name = "tls-of-1999",
       .change =
           [](LabDomain& d) {
             LabHost& host = d.own_server();
             host.tls =
                 "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; "
                 "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0;";
           },
       .found = {"tls.tls10", "tls.tls11"},
       .scope = Scope::kWeb},
      {.name = "tls-rc4",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kGnutls, "NORMAL:-VERS-ALL:+VERS-TLS1.2:+ARCFOUR-128:+SHA1");
             change_certificate(d, [](CertificateSpec& c) { c.key = TestKey::kRsa2048; });
           },
       .found = {"tls.rc4"},
       .follows = {"hsts.missing"},
       .scope = Scope::kWeb},
      {.name = "tls-triple-des",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kGnutls, "NORMAL:-VERS-ALL:+VERS-TLS1.2:+3DES-CBC:+SHA1");
             change_certificate(d, [](CertificateSpec& c) { c.key = TestKey::kRsa2048; });
           },
       .found = {"tls.triple_des"},
       .follows = {"hsts.missing"},
       .scope = Scope::kWeb},
      {.name = "tls-null-cipher",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kOpenssl, "-tls1_2 -cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0");
           },
       .found = {"tls.null"},
       .follows = {"hsts.missing", "tls.anonymous", "tls.dh_size"},
       .scope = Scope::kWeb},
  };
}

std::vector<Fault> old_tls_faults() {
  return {
      {.name = "tls-md5",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kGnutls,
                        "NORMAL:-VERS-ALL:+VERS-TLS1.2:+ARCFOUR-128:+MD5:+SHA1");
             change_certificate(d, [](CertificateSpec& c) {
               c.key = TestKey::kRsa2048;
               // For the key exchange of old, which encrypts with it.
               c.key_usage = "critical,digitalSignature,keyEncipherment";
             });
           },
       .found = {"tls.md5", "tls.rc4", "tls.no_forward_secrecy"},
       .follows = {"hsts.missing"},
       .scope = Scope::kWeb},
      {.name = "tls-nothing-current",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kOpenssl,
                        "-min_protocol TLSv1 -max_protocol TLSv1.1 -cipher DEFAULT:@SECLEVEL=0");
           },
       .found = {"tls.outdated", "tls.no_aead", "tls.tls13_missing"},
       .follows = {"tls.tls10", "tls.tls11", "https.no_answer"},
       .scope = Scope::kWeb},
      {.name = "tls-short-prime",
       .change =
           [](LabDomain& d) {
             // OpenSSL takes a prime as long as the key.
             old_server(d, TlsServer::kOpenssl,
                        "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0");
             change_certificate(d, [](CertificateSpec& c) { c.key = TestKey::kRsa1024; });
           },
       .found = {"tls.dh_size"},
       .follows = {"certificate.small_key", "https.no_answer"},
       .scope = Scope::kWeb},
  };
}

std::vector<Fault> tls_detail_faults() {
  return {
      {.name = "tls-small-curve",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kOpenssl,
                        "-tls1_2 -groups P-256:sect163k1 -cipher "
                        "ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0");
           },
       .found = {"tls.weak_groups"},
       .follows = {"hsts.missing"},
       .scope = Scope::kWeb},
      {.name = "tls-signed-with-sha1",
       .change =
           [](LabDomain& d) {
             old_server(d, TlsServer::kOpenssl,
                        "-tls1_2 -sigalgs ECDSA+SHA256:ECDSA+SHA1 -cipher DEFAULT:@SECLEVEL=0");
           },
       .found = {"tls.sha1_signature"},
       .follows = {"hsts.missing"},
       .scope = Scope::kWeb},
      {.name = "tls-early-data",
       .change =
           [](LabDomain& d) { d.own_server().tls = "ssl_early_data on; ssl_session_tickets on;"; },
       .found = {"tls.early_data"},
       .scope = Scope::kWeb},
  };
}

std::vector<Fault> web_faults() {
  return {
      {.name = "nobody-on-https",
       .change =
           [](LabDomain& d) {
             d.own_server().https.clear();
             d.host(d.name).http = "return 200 'plain';";
           },
       .found = {"https.no_answer"},
       .follows = {"redirect.no_https"},
       .scope = Scope::kWeb},
      {.name = "hsts-missing",
       .change = [](LabDomain& d) { d.host(d.name).https = "return 200 'hello';"; },
       .found = {"hsts.missing"},
       .scope = Scope::kWeb},
      {.name = "hsts-of-a-minute",
       .change =
           [](LabDomain& d) {
             d.host(d.name).https =
                 "add_header Strict-Transport-Security 'max-age=60' always; return 200 'hello';";
           },
       .found = {"hsts.short"},
       .scope = Scope::kWeb},
      {.name = "hsts-unreadable",
       .change =
           [](LabDomain& d) {
             d.host(d.name).https =
                 "add_header Strict-Transport-Security 'maxage=63072000' always; return 200 'hi';";
           },
       .found = {"hsts.malformed"},
       .scope = Scope::kWeb},
      {.name = "plain-http-stays",
       .change = [](LabDomain& d) { d.host(d.name).http = "return 200 'hello';"; },
       .found = {"redirect.no_https"},
       .scope = Scope::kWeb},
  };
}

std::vector<Fault> page_faults() {
  return {
      {.name = "redirects-in-a-circle",
       .change =
           [](LabDomain& d) {
             d.host(d.name).https = kHsts + ("return 301 https://www." + d.name + "/;");
             d.host("www." + d.name).https = kHsts + ("return 301 https://" + d.name + "/;");
           },
       .found = {"redirect.loop"},
       .scope = Scope::kWeb},
      {.name = "back-to-plain-http",
       .change =
           [](LabDomain& d) {
             d.host("www." + d.name).https = kHsts + ("return 301 http://" + d.name + "/;");
           },
       .found = {"redirect.http_hop"},
       .scope = Scope::kWeb},
      {.name = "promised-redirect-stays",
       .change =
           [](LabDomain& d) {
             d.with("get A " + std::string(kWebAddress));
             LabHost host = d.host(d.name);
             host.name = "get." + d.name;
             d.hosts.push_back(std::move(host));
             d.subject.redirects = {"get." + d.name};
             d.subject.web_hosts.push_back("get." + d.name);
           },
       .found = {"redirect.not_to_primary"},
       .scope = Scope::kEverything},
      {.name = "start-page-breaks",
       .change = [](LabDomain& d) { d.host(d.name).https = kHsts + std::string("return 503;"); },
       .found = {"https.server_error"},
       .scope = Scope::kWeb},
      {.name = "script-over-http",
       .change =
           [](LabDomain& d) { page(d, "<script src=\"http://cdn.lab/a.js\"></script><p>hi"); },
       .found = {"mixed_content.active"},
       .scope = Scope::kWeb},
      {.name = "form-over-http",
       .change =
           [](LabDomain& d) {
             page(d, "<form action=\"http://forms.lab/login\" method=\"post\"><input></form>");
           },
       .found = {"mixed_content.form"},
       .scope = Scope::kWeb},
  };
}

}  // namespace lr::domain::lab
