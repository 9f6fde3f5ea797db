// SMTP TLS reporting (RFC 8460): who learns that mail could not be delivered over TLS.
#include "domain/mail/tls_rpt.h"

#include <fmt/format.h>

#include "domain/inspection.h"
#include "domain/records/published.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "tls_rpt.missing",
     .control = Control::kMail,
     .title = "Nobody gets reports about failed TLS to the mail servers",
     .why = "When senders cannot use TLS with your mail servers, you do not hear of it.",
     .fix = "Publish a TLS reporting record.",
     .worst = Severity::kInfo,
     .reference = "RFC 8460 section 3"},
    {.id = "tls_rpt.several",
     .control = Control::kMail,
     .title = "There is more than one TLS reporting record",
     .why = "Senders then act as if there were none.",
     .fix = "Remove all but one.",
     .worst = Severity::kLow,
     .reference = "RFC 8460 section 3"},
    {.id = "tls_rpt.syntax",
     .control = Control::kMail,
     .title = "The TLS reporting record cannot be read",
     .why = "Senders ignore it and send no reports.",
     .fix = "Write v=TLSRPTv1; rua=mailto: and an address.",
     .worst = Severity::kLow,
     .reference = "RFC 8460 section 3"},
    {.id = "tls_rpt.version",
     .control = Control::kMail,
     .title = "The record at _smtp._tls is no TLS reporting record",
     .why = "Only a record that begins with v=TLSRPTv1 counts.",
     .fix = "Begin the record with v=TLSRPTv1 and a semicolon.",
     .worst = Severity::kLow,
     .reference = "RFC 8460 section 3"},
    {.id = "tls_rpt.unreachable",
     .control = Control::kMail,
     .title = "The domain of a TLS report address takes no mail",
     .why = "The reports bounce.",
     .fix = "Use an address whose domain has an MX record.",
     .worst = Severity::kLow,
     .reference = "RFC 8460 section 5.3",
     .instead = "{name}. TXT \"v=TLSRPTv1; rua=mailto:<a mailbox that receives mail>\""},
};

void judge_addresses(Inspection& out, const std::string& name, const std::string& text,
                     const TlsRptRecord& record) {
  for (const TlsRptAddress& address : record.addresses) {
    if (address.domain.empty()) {
      out.proved("unreachable", address.uri);
      continue;
    }
    const std::optional<bool> accepts = accepts_mail(out.resolver(), address.domain);
    if (!accepts) {
      out.unproved("unreachable", address.domain, "its MX records are not known");
    } else if (*accepts) {
      out.proved("unreachable", address.domain);
    } else {
      const std::size_t at = text.find(address.uri);
      out.found("unreachable", {.about = address.domain,
                                .record = quote_txt(name, text, at, at + address.uri.size())});
    }
  }
}

void judge(Inspection& out) {
  const std::string domain = mail_domain(out.subject());
  if (!out.subject().mail.receives) {
    return out.rest_not_applicable("the domain promises to receive no mail");
  }
  const std::string name = "_smtp._tls." + domain;
  const TxtRecords txt = ask_txt(out.resolver(), name);
  if (txt.failed) return out.rest_unproved(name, txt.why);
  const std::string proposal = "v=TLSRPTv1; rua=mailto:postmaster@" + domain;
  const std::vector<std::string> records = txt.those(is_tls_rpt_record);
  std::optional<Found> found;
  if (records.empty() && !txt.all.empty()) {
    found = Found{.about = name,
                  .record = quote_txt(name, txt.all.front().joined()),
                  .corrected = txt_line(name, proposal)};
  }
  out.judge("version", name, std::move(found));
  found.reset();
  if (records.empty()) {
    found = Found{.about = domain,
                  .corrected = txt_line(name, proposal),
                  .observed = "no record v=TLSRPTv1 at " + name};
  }
  out.judge("missing", domain, std::move(found));
  if (records.empty()) return out.rest_not_applicable("there is no TLS reporting record");
  found.reset();
  if (records.size() > 1) {
    found = Found{.about = name, .observed = fmt::format("{}", fmt::join(records, "\n"))};
  }
  out.judge("several", name, std::move(found));
  found.reset();
  const Result<TlsRptRecord> record = parse_tls_rpt(records.front());
  if (!record) {
    found = Found{.about = name,
                  .record = quote_txt(name, records.front()),
                  .corrected = txt_line(name, proposal),
                  .observed = record.error().detail()};
  }
  out.judge("syntax", name, std::move(found));
  if (record) judge_addresses(out, name, records.front(), *record);
  out.rest_not_applicable("the TLS reporting record cannot be read");
}

}  // namespace

extern constinit const Area area_tls_rpt;
constinit const Area area_tls_rpt{.name = "tls_rpt", .checks = kChecks, .inspect = judge};

}  // namespace lr::domain
