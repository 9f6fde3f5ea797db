// Who may issue certificates for the domain (RFC 8659)?
#include <fmt/format.h>

#include <algorithm>

#include "domain/dns/caa_policy.h"
#include "domain/dns/name_facts.h"
#include "domain/rdata_text.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "caa.none",
     .control = Control::kDns,
     .title = "Every certificate authority may issue for this domain",
     .why = "A mistake at any of a hundred authorities is enough for somebody else to get a "
            "certificate in your name.",
     .fix = "Publish CAA records that name the authorities you use.",
     .worst = Severity::kLow,
     .reference = "RFC 8659 section 3"},
    {.id = "caa.issuer_refused",
     .control = Control::kTls,
     .title = "CAA records keep out the authority that issues your certificates",
     .why = "The next renewal is refused, and the site ends with a certificate error when the "
            "present certificate runs out.",
     .fix = "Add an issue record for that authority.",
     .worst = Severity::kHigh,
     .reference = "RFC 8659 section 4.2"},
    {.id = "caa.wildcard_looser",
     .control = Control::kDns,
     .title = "Wildcard certificates may come from an authority that may not issue others",
     .why = "A wildcard certificate is worth more than any other, and fewer authorities should be "
            "able to make one.",
     .fix = "Name only authorities in issuewild that also stand in issue, or use issuewild \";\".",
     .worst = Severity::kLow,
     .reference = "RFC 8659 section 4.3",
     .instead = kTakeOut},
    {.id = "caa.report_address",
     .control = Control::kDns,
     .title = "The address for reports of refused certificates is no URL",
     .why = "Authorities cannot tell you that somebody asked for a certificate in your name.",
     .fix = "Write it as mailto:security@your.domain or as an https URL.",
     .worst = Severity::kLow,
     .reference = "RFC 8659 section 4.4"},
    {.id = "caa.unknown_critical",
     .control = Control::kTls,
     .title = "A critical CAA record has a property that authorities do not know",
     .why = "Every authority must then refuse, so no certificate can be issued or renewed.",
     .fix = "Correct the property's name, or take the critical flag away.",
     .worst = Severity::kHigh,
     .reference = "RFC 8659 section 4.5",
     .instead = kTakeOut},
    {.id = "caa.malformed",
     .control = Control::kDns,
     .title = "A CAA record cannot be read as it was meant",
     .why = "An issue record that cannot be read allows nobody, and other mistakes are ignored in "
            "silence.",
     .fix = "Write the record as the standard has it: 0 issue \"authority.example\".",
     .worst = Severity::kMedium,
     .reference = "RFC 8659 section 4.2",
     .instead = "{name}. CAA 0 issue \"<name of the certificate authority>\""},
};

std::string text_of(const CertificateAuthority& record) { return rdata_text(record); }

std::string issue_line(const std::string& where, std::string_view issuer) {
  return fmt::format("{}. IN CAA 0 issue \"{}\"", where, issuer);
}

Found found_in(const CaaSet& set, const CertificateAuthority& record) {
  return {.about = set.where,
          .record = quoted_record(set.where, RecordType::kCaa, text_of(record))};
}

void judge_syntax(Inspection& inspection, const CaaSet& set, const CertificateAuthority& record) {
  const CaaSyntax syntax = check_caa_syntax(record);
  if (syntax.problem == CaaProblem::kNone) {
    inspection.proved("malformed", set.where);
    return;
  }
  Found found = found_in(set, record);
  const std::size_t value_at = found.record->text.rfind(record.value);
  if (syntax.end > syntax.begin && value_at != std::string::npos) {
    found.record->begin = value_at + syntax.begin;
    found.record->end = value_at + syntax.end;
  }
  if (syntax.problem == CaaProblem::kBadFlags) {
    found.title = "A CAA record has flags that mean nothing";
    found.severity = Severity::kLow;
    found.corrected = fmt::format("{}. IN CAA {} {} \"{}\"", set.where, record.flags & 0x80,
                                  record.tag, record.value);
  }
  inspection.found("malformed", std::move(found));
}

void judge_record(Inspection& inspection, const CaaSet& set, const CertificateAuthority& record) {
  judge_syntax(inspection, set, record);
  if (blocks_everybody(record)) {
    inspection.found("unknown_critical", found_in(set, record));
  } else {
    inspection.proved("unknown_critical", set.where);
  }
  if (record.tag != "iodef") return;
  if (is_caa_report_url(record.value)) {
    inspection.proved("report_address", set.where);
    return;
  }
  Found found = found_in(set, record);
  if (record.value.contains('@') && !record.value.contains(':')) {
    found.corrected = fmt::format("{}. IN CAA 0 iodef \"mailto:{}\"", set.where, record.value);
  }
  inspection.found("report_address", std::move(found));
}

void judge_wildcards(Inspection& inspection, const CaaSet& set) {
  for (const CertificateAuthority& record : set.records) {
    if (record.tag != "issuewild" || caa_issuer(record.value).empty()) continue;
    if (caa_allows(set, caa_issuer(record.value), false)) continue;
    inspection.found("wildcard_looser", found_in(set, record));
    return;
  }
  inspection.proved("wildcard_looser", set.where);
}

void judge_issuers(Inspection& inspection, const std::string& host, const CaaSet& set) {
  for (const std::string& issuer : inspection.subject().issuers) {
    if (caa_allows(set, issuer, false)) {
      inspection.proved("issuer_refused", host);
      continue;
    }
    std::string published;
    for (const auto& record : set.records) {
      published += (published.empty() ? "" : "\n") + text_of(record);
    }
    inspection.found(
        "issuer_refused",
        {.about = host,
         .title = fmt::format("CAA records keep {} out, which issues for {}", issuer, host),
         .record = quoted_record(set.where, RecordType::kCaa, published),
         .corrected = issue_line(set.where, issuer),
         .expected = "an issue record for " + issuer});
  }
}

void judge_none(Inspection& inspection, const CaaSet& set) {
  const std::string& domain = inspection.subject().domain;
  if (!set.where.empty()) {
    inspection.proved("none", domain);
    return;
  }
  std::string corrected;
  for (const std::string& issuer : inspection.subject().issuers) {
    corrected += (corrected.empty() ? "" : "\n") + issue_line(domain, issuer);
  }
  inspection.found("none", {.about = domain,
                            .corrected = corrected,
                            .observed = "no CAA record at " + domain + " or above",
                            .reproduce = "dig +short " + domain + " CAA"});
}

void inspect(Inspection& inspection) {
  const std::string& domain = inspection.subject().domain;
  std::vector<std::string> judged;
  for (const std::string& host : promised_names(inspection.subject())) {
    const CaaSet set = find_caa(inspection.resolver(), host);
    if (set.failed) {
      inspection.unproved("issuer_refused", host, "the CAA records could not be read: " + set.why);
      if (host == domain) inspection.unproved("none", host, set.why);
      continue;
    }
    if (host == domain) judge_none(inspection, set);
    judge_issuers(inspection, host, set);
    if (set.where.empty() || std::ranges::count(judged, set.where) != 0) continue;
    judged.push_back(set.where);
    for (const CertificateAuthority& record : set.records) judge_record(inspection, set, record);
    judge_wildcards(inspection, set);
  }
  if (inspection.subject().issuers.empty()) {
    inspection.not_applicable("issuer_refused", "the contract names no certificate authority");
  }
  inspection.rest_not_applicable("there are no such CAA records");
}

}  // namespace

extern constinit const Area area_caa;
constinit const Area area_caa{.name = "caa", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
