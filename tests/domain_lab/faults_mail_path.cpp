// Faults of the way that product mail takes, each seen in a message that Postfix and OpenDKIM have
// really carried.
#include <fmt/format.h>

#include "faults.h"

namespace lr::domain::lab {
namespace {

template <class Change>
void carried(LabDomain& domain, Change change) {
  domain.mail_path = LabMailPath{};
  change(*domain.mail_path);
}

constexpr const char* kEnvelopeOfProvider = "sender_canonical_maps = static:bounce@mailhost.lab";
constexpr const char* kEnvelopeOnly = "sender_canonical_classes = envelope_sender";

}  // namespace

std::vector<Fault> signature_faults() {
  return {
      {.name = "mail-unsigned",
       .change = [](LabDomain& d) { carried(d, [](LabMailPath& m) { m.milter = false; }); },
       .found = {"mail_path.dkim_missing"},
       .follows = {"mail_path.dkim_alignment"},
       .scope = Scope::kMail},
      {.name = "mail-signed-with-another-key",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) { m.private_key = dkim_pair(2048).private_key; });
           },
       .found = {"mail_path.dkim_invalid"},
       .follows = {"mail_path.dkim_alignment"},
       .scope = Scope::kMail},
      {.name = "mail-selector-unpublished",
       .change = [](LabDomain& d) { carried(d, [](LabMailPath& m) { m.selector = "k9"; }); },
       .found = {"mail_path.dkim_invalid"},
       .follows = {"mail_path.dkim_alignment"},
       .scope = Scope::kMail},
      {.name = "mail-signed-with-short-key",
       .change =
           [](LabDomain& d) {
             const DkimPair pair = dkim_pair(1024);
             d.instead("k1._domainkey", "k1._domainkey TXT " + quoted_strings(pair.record));
             carried(d, [&](LabMailPath& m) { m.private_key = pair.private_key; });
           },
       .found = {"mail_path.dkim_weak", "dkim.weak_key"},
       .scope = Scope::kMail},
      {.name = "mail-footer-behind-signature",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) {
               m.sent_body = "/^This message proves/ REPLACE Rewritten on the way.";
             });
           },
       .found = {"mail_path.dkim_invalid", "mail_path.body_changed"},
       .follows = {"mail_path.dkim_alignment"},
       .scope = Scope::kMail},
      {.name = "mail-signed-by-provider",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) { m.signing_domain = "mailhost.lab"; });
           },
       .found = {"mail_path.dkim_alignment"},
       .scope = Scope::kMail},
      {.name = "mail-nothing-aligned",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) {
               m.signing_domain = "mailhost.lab";
               m.rewriting = {kEnvelopeOfProvider, kEnvelopeOnly};
             });
           },
       .found = {"mail_path.dmarc", "mail_path.spf_alignment"},
       .follows = {"mail_path.dkim_alignment", "mail_path.spf"},
       .scope = Scope::kMail},
  };
}

std::vector<Fault> mail_path_faults() {
  return {
      {.name = "mail-from-rewritten",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) {
               m.rewriting = {"sender_canonical_maps = static:noreply@mailhost.lab",
                              "sender_canonical_classes = header_sender"};
             });
           },
       .found = {"mail_path.from_changed"},
       .follows = {"mail_path.dkim_missing", "mail_path.dkim_alignment", "mail_path.dmarc"},
       .scope = Scope::kMail},
      {.name = "mail-from-unlisted-address",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) { m.sending = {"smtp_bind_address = 127.0.28.1"}; });
           },
       .found = {"mail_path.spf"},
       .scope = Scope::kMail},
      {.name = "mail-relayed-in-the-clear",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) { m.sending = {"smtp_tls_security_level = none"}; });
           },
       .found = {"mail_path.hop_tls"},
       .scope = Scope::kMail},
      {.name = "mail-sender-refused",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) {
               m.taking = {"smtpd_sender_restrictions = static:reject"};
             });
           },
       .found = {"mail_path.submission"},
       .scope = Scope::kMail},
      {.name = "mail-password-wrong",
       .change =
           [](LabDomain& d) { carried(d, [](LabMailPath& m) { m.password = "an-old-word"; }); },
       .found = {"mail_path.submission"},
       .scope = Scope::kMail},
      {.name = "mail-handed-in-in-the-clear",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) {
               m.taking = {"smtpd_tls_security_level = none", "smtpd_tls_auth_only = no"};
             });
           },
       .found = {"mail_path.submission_tls"},
       .scope = Scope::kMail},
  };
}

std::vector<Fault> content_faults() {
  return {
      {.name = "mail-unsubscribe-unsigned",
       .change =
           [](LabDomain& d) {
             d.subject.mail.bulk = true;
             carried(d, [&](LabMailPath& m) { m.sent_headers = unsubscribe_fields(d.name); });
           },
       .found = {"mail_path.one_click"},
       .scope = Scope::kMail},
      {.name = "mail-unsubscribe-by-mail-only",
       .change =
           [](LabDomain& d) {
             d.subject.mail.bulk = true;
             carried(d, [](LabMailPath& m) {
               m.signed_headers =
                   "/^Subject:/ PREPEND List-Unsubscribe: <mailto:stop@mailhost.lab>";
             });
           },
       .found = {"mail_path.one_click"},
       .scope = Scope::kMail},
      {.name = "mail-with-two-dates",
       .change =
           [](LabDomain& d) {
             carried(d, [](LabMailPath& m) {
               m.signed_headers = "/^Subject:/ PREPEND Date: Wed, 01 Jan 2025 00:00:00 +0000";
             });
           },
       .found = {"mail_path.header"},
       .scope = Scope::kMail},
  };
}

}  // namespace lr::domain::lab
