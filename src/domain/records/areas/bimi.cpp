// BIMI: the logo beside the mail, when the domain has one.
#include "domain/mail/bimi.h"

#include <fmt/format.h>

#include "domain/inspection.h"
#include "domain/records/fetch.h"
#include "domain/records/published.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "bimi.several",
     .control = Control::kMail,
     .title = "There is more than one BIMI record",
     .why = "Mailboxes then show no logo.",
     .fix = "Remove all but one.",
     .worst = Severity::kLow,
     .reference = "draft-brand-indicators-for-message-identification section 7.2"},
    {.id = "bimi.syntax",
     .control = Control::kMail,
     .title = "The BIMI record cannot be read",
     .why = "Mailboxes show no logo.",
     .fix = "Write v=BIMI1; l=https://… and, with a mark certificate, a=https://….",
     .worst = Severity::kLow,
     .reference = "draft-brand-indicators-for-message-identification section 4.2",
     .instead = "{name}. TXT \"v=BIMI1; l=<https address of the logo>; a=<https address of its "
                "certificate>\""},
    {.id = "bimi.logo_address",
     .control = Control::kMail,
     .title = "The logo of the BIMI record is no HTTPS address of an SVG file",
     .why = "Mailboxes fetch logos over HTTPS only, and SVG files only.",
     .fix = "Set l= to an https address that ends in .svg.",
     .worst = Severity::kLow,
     .reference = "draft-brand-indicators-for-message-identification section 4.2",
     .instead = "{name}. TXT \"v=BIMI1; l=<https address of the logo>; a=<https address of its "
                "certificate>\""},
    {.id = "bimi.evidence",
     .control = Control::kMail,
     .title = "The BIMI record names no mark certificate",
     .why = "Gmail and Apple Mail show the logo only with one.",
     .fix = "Set a= to the address of a mark certificate, if these mailboxes matter to you.",
     .worst = Severity::kInfo,
     .reference = "draft-brand-indicators-for-message-identification section 4.2",
     .instead = "{name}. TXT \"v=BIMI1; l=<https address of the logo>; a=<https address of its "
                "certificate>\""},
    {.id = "bimi.evidence_address",
     .control = Control::kMail,
     .title = "The mark certificate of the BIMI record is no HTTPS address",
     .why = "Mailboxes fetch it over HTTPS only.",
     .fix = "Set a= to an https address.",
     .worst = Severity::kLow,
     .reference = "draft-brand-indicators-for-message-identification section 4.2",
     .instead = "{name}. TXT \"v=BIMI1; l=<https address of the logo>; a=<https address of its "
                "certificate>\""},
    {.id = "bimi.dmarc",
     .control = Control::kMail,
     .title = "The BIMI logo has no effect without an enforced DMARC policy",
     .why = "Mailboxes show logos only for domains with p=quarantine or p=reject.",
     .fix = "Enforce DMARC first.",
     .worst = Severity::kLow,
     .reference = "draft-brand-indicators-for-message-identification section 7.1",
     .instead =
         "_dmarc.<the domain>. TXT \"v=DMARC1; p=quarantine; <the other tags as they are>\""},
    {.id = "bimi.logo_fetch",
     .control = Control::kMail,
     .title = "The BIMI logo cannot be fetched",
     .why = "Mailboxes show no logo.",
     .fix = "Serve the file with status 200 over HTTPS with a valid certificate.",
     .worst = Severity::kLow,
     .reference = "draft-brand-indicators-for-message-identification section 7.3"},
    {.id = "bimi.logo_size",
     .control = Control::kMail,
     .title = "The BIMI logo is larger than 32 KiB",
     .why = "Mailboxes refuse larger logos.",
     .fix = "Make the drawing simpler.",
     .worst = Severity::kLow,
     .reference = "draft-svg-tiny-ps-abrotman section 2"},
    {.id = "bimi.logo_format",
     .control = Control::kMail,
     .title = "The BIMI logo is not of the profile SVG Tiny PS",
     .why = "Mailboxes refuse other SVG files.",
     .fix = "Export the logo as SVG Tiny PS.",
     .worst = Severity::kLow,
     .reference = "draft-svg-tiny-ps-abrotman section 2"},
};

void judge_logo(Inspection& out, const std::string& url) {
  const Fetched answer = fetch_https(out, url, kBimiLogoBytes);
  if (answer.outcome == Fetched::Outcome::kUnknown) return out.rest_unproved(url, answer.why);
  std::optional<Found> found;
  if (answer.outcome != Fetched::Outcome::kAnswer || answer.status != 200) {
    const bool answered = answer.outcome == Fetched::Outcome::kAnswer;
    found = Found{.about = url,
                  .observed = answered ? fmt::format("status {}", answer.status) : answer.why,
                  .reproduce = "curl -i " + url};
  }
  const bool bad = found.has_value();
  out.judge("logo_fetch", url, std::move(found));
  if (bad) return;
  found.reset();
  if (answer.cut)
    found = Found{.about = url,
                  .reproduce =
                      "curl -sS -o /dev/null -w "
                      "'%{size_download}' " +
                      url};
  out.judge("logo_size", url, std::move(found));
  if (answer.cut) return;
  found.reset();
  const std::vector<std::string> problems = tiny_ps_problems(answer.body);
  if (!problems.empty()) {
    found = Found{.about = url, .observed = fmt::format("{}", fmt::join(problems, "\n"))};
  }
  out.judge("logo_format", url, std::move(found));
}

void judge_record(Inspection& out, const std::string& domain, const std::string& name,
                  const std::string& text, const BimiRecord& record) {
  const auto quoted = [&](const std::string& part) {
    const std::size_t at = part.empty() ? 0 : text.find(part);
    return Found{.about = name, .record = quote_txt(name, text, at, at + part.size())};
  };
  const std::string logo = lower_case(record.logo);
  const bool is_svg = logo.starts_with("https://") && logo.contains(".svg");
  std::optional<Found> found;
  if (!is_svg) found = quoted(record.logo);
  out.judge("logo_address", name, std::move(found));
  found.reset();
  if (record.evidence.empty()) found = quoted("");
  out.judge("evidence", name, std::move(found));
  found.reset();
  if (!record.evidence.empty() && !lower_case(record.evidence).starts_with("https://")) {
    found = quoted(record.evidence);
  }
  out.judge("evidence_address", name, std::move(found));
  found.reset();
  const std::optional<bool> enforced = is_dmarc_enforced(out.resolver(), domain);
  if (!enforced) {
    out.unproved("dmarc", domain, "its DMARC record is not known");
  } else {
    if (!*enforced) found = quoted("");
    out.judge("dmarc", domain, std::move(found));
  }
  if (!out.network().live) return out.rest_not_applicable("needs the network");
  if (is_svg) judge_logo(out, record.logo);
}

void judge(Inspection& out) {
  const std::string domain = mail_domain(out.subject());
  const std::string name = "default._bimi." + domain;
  const TxtRecords txt = ask_txt(out.resolver(), name);
  if (txt.failed) return out.rest_unproved(name, txt.why);
  const std::vector<std::string> records = txt.those(is_bimi_record);
  if (records.empty()) return out.rest_not_applicable("the domain has no BIMI record");
  std::optional<Found> found;
  if (records.size() > 1) {
    found = Found{.about = name, .observed = fmt::format("{}", fmt::join(records, "\n"))};
  }
  out.judge("several", name, std::move(found));
  found.reset();
  const Result<BimiRecord> record = parse_bimi(records.front());
  if (!record) {
    found = Found{.about = name,
                  .record = quote_txt(name, records.front()),
                  .observed = record.error().detail()};
  }
  out.judge("syntax", name, std::move(found));
  if (record && !record->declined()) {
    judge_record(out, domain, name, records.front(), *record);
  }
  out.rest_not_applicable("the BIMI record names no logo that could be judged");
}

}  // namespace

extern constinit const Area area_bimi;
constinit const Area area_bimi{.name = "bimi", .checks = kChecks, .inspect = judge};

}  // namespace lr::domain
