// Strict-Transport-Security on every host, and the preload list's rules on the domain.
#include "domain/web/hsts.h"

#include <fmt/format.h>

namespace lr::domain {
namespace {

using report::Severity;

constexpr std::string_view kField = "Strict-Transport-Security";
constexpr std::string_view kGood = "max-age=63072000; includeSubDomains";

constexpr CheckDef kChecks[] = {
    {.id = "hsts.missing",
     .control = report::Control::kHeaders,
     .title = "The site does not insist on HTTPS",
     .why = "Somebody in the same network can answer a visitor's first plain request and stay in "
            "the middle.",
     .fix = "Send Strict-Transport-Security on every HTTPS answer.",
     .worst = Severity::kMedium,
     .reference = "RFC 6797 section 7.1"},
    {.id = "hsts.malformed",
     .control = report::Control::kHeaders,
     .title = "Browsers ignore the Strict-Transport-Security field",
     .why = "A field that breaks the grammar has no effect at all, although it looks as if it had.",
     .fix = "Write it as max-age=63072000; includeSubDomains.",
     .worst = Severity::kMedium,
     .reference = "RFC 6797 section 6.1"},
    {.id = "hsts.several",
     .control = report::Control::kHeaders,
     .title = "Strict-Transport-Security is sent more than once",
     .why = "Browsers read only the first field; which one that is changes with every proxy.",
     .fix = "Let one place send it: the application, the web server or the edge.",
     .worst = Severity::kLow,
     .reference = "RFC 6797 section 8.1"},
    {.id = "hsts.short",
     .control = report::Control::kHeaders,
     .title = "Strict-Transport-Security ends too soon",
     .why = "Visitors who come back after that time are unprotected again.",
     .fix = "Set max-age to 63072000 seconds (two years).",
     .worst = Severity::kMedium,
     .reference = "RFC 6797 section 6.1.1"},
    {.id = "hsts.subdomains",
     .control = report::Control::kHeaders,
     .title = "Strict-Transport-Security leaves out the names below",
     .why = "A faked name below the domain can set cookies for all of it.",
     .fix = "Add includeSubDomains once every name below answers on HTTPS.",
     .worst = Severity::kLow,
     .reference = "RFC 6797 section 14.4"},
    {.id = "hsts.over_http",
     .control = report::Control::kHeaders,
     .title = "Strict-Transport-Security is sent over plain HTTP",
     .why = "Browsers ignore it there; it is often a sign that it is missing where it counts.",
     .fix = "Send it on HTTPS answers only.",
     .worst = Severity::kLow,
     .reference = "RFC 6797 section 7.2"},
    {.id = "hsts.on_redirects",
     .control = report::Control::kHeaders,
     .title = "HTTPS redirects lack Strict-Transport-Security",
     .why = "A host that only redirects never teaches browsers to insist on HTTPS for it.",
     .fix = "Send the field on redirects and errors too (nginx: add_header … always).",
     .worst = Severity::kLow,
     .reference = "RFC 6797 section 7.1"},
    {.id = "hsts.preload_not_eligible",
     .control = report::Control::kHeaders,
     .title = "The preload directive is sent, but the domain cannot be on the list",
     .why =
         "The word alone does nothing, and browsers may drop a listed domain that breaks a rule.",
     .fix = "Meet the rules of the preload list, or take the directive away.",
     .worst = Severity::kLow,
     .reference = "hstspreload.org, Submission Requirements"},
    {.id = "hsts.preload_promised",
     .control = report::Control::kHeaders,
     .title = "The contract promises HSTS preloading, but a rule of the list is broken",
     .why = "Browsers refuse to list the domain, so a first visit stays unprotected.",
     .fix = "Meet the rule, then submit the domain at hstspreload.org.",
     .worst = Severity::kMedium,
     .reference = "hstspreload.org, Submission Requirements"},
};

Found about(const Visit& visit, std::string expected) {
  return {.about = visit.url.str(),
          .observed = visit.quote({kField, "Location"}),
          .expected = std::move(expected),
          .reproduce = curl_of(visit.url)};
}

std::optional<Found> judge_age(const Visit& visit, std::uint64_t max_age) {
  if (max_age >= kHstsTwoYears) return std::nullopt;
  Found found = about(visit, "max-age of at least 63072000");
  found.severity = max_age < kHstsYear ? Severity::kMedium : Severity::kLow;
  if (max_age == 0) found.title = "Strict-Transport-Security is switched off with max-age=0";
  return found;
}

void judge_policy(Inspection& inspection, const Visit& visit, std::string_view field) {
  const std::string url = visit.url.str();
  Result<HstsPolicy> policy = parse_hsts(field);
  if (!policy) {
    Found found = about(visit, std::string(kGood));
    found.why = "It has no effect at all: " + policy.error().detail() + ".";
    return inspection.found("malformed", std::move(found));
  }
  inspection.proved("malformed", url);
  inspection.judge("short", url, judge_age(visit, policy->max_age));
  std::optional<Found> subdomains;
  if (!policy->include_subdomains) subdomains = about(visit, std::string(kGood));
  inspection.judge("subdomains", url, std::move(subdomains));
}

void judge_https(Inspection& inspection, const Visit& visit) {
  const std::string url = visit.url.str();
  if (!visit.answered()) {
    const std::string reason = visit.reach == Reach::kBadCertificate
                                   ? "browsers ignore the field behind a refused certificate"
                                   : "no answer on HTTPS: " + visit.why;
    return inspection.unproved("missing", url, reason);
  }
  const auto field = visit.header(kField);
  const std::string_view check = visit.is_redirect() ? "on_redirects" : "missing";
  if (!field) return inspection.found(check, about(visit, std::string(kGood)));
  inspection.proved(check, url);
  std::optional<Found> several;
  if (visit.response.headers.count(kField) > 1) several = about(visit, "one field");
  inspection.judge("several", url, std::move(several));
  judge_policy(inspection, visit, *field);
}

void judge_http(Inspection& inspection, const Visit& visit) {
  if (!visit.has_response()) return;
  std::optional<Found> found;
  if (visit.header(kField)) found = about(visit, "no such field over http");
  inspection.judge("over_http", visit.url.str(), std::move(found));
}

bool says_preload(const Visit& visit) {
  const auto field = visit.header(kField);
  if (!field || !visit.answered()) return false;
  Result<HstsPolicy> policy = parse_hsts(*field);
  return policy && policy->preload;
}

void judge_preload(Inspection& inspection, Visitor& visitor) {
  const Subject& subject = inspection.subject();
  const Visit https = visitor.visit(web_url("https", subject.domain));
  const std::string_view check = subject.hsts_preload ? "preload_promised" : "preload_not_eligible";
  if (!subject.hsts_preload && !says_preload(https)) return;
  const Visit http = visitor.visit(web_url("http", subject.domain));
  PreloadFacts facts{.https = https, .http = http};
  const std::string www = "www." + subject.domain;
  const HostAddresses& www_addresses = visitor.addresses(www);
  if (!www_addresses.all.empty()) facts.www = visitor.visit(web_url("https", www));
  facts.is_registrable_domain =
      inspection.resolver().query(subject.domain, RecordType::kSoa).outcome != Outcome::kNoData;
  const auto broken = broken_preload_rules(facts);
  if (!broken || www_addresses.failed) {
    return inspection.unproved(
        check, subject.domain,
        "some answer is missing: " + (https.why.empty() ? http.why : https.why));
  }
  if (broken->empty()) return inspection.proved(check, subject.domain);
  std::string rules;
  for (const PreloadRule& rule : *broken) rules += fmt::format("- {}\n", rule.says);
  Found found = about(https, "all rules of the preload list");
  found.observed += "\nrules that do not hold:\n" + rules;
  inspection.found(check, std::move(found));
}

void inspect(Inspection& inspection) {
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  Visitor visitor(inspection);
  for (const std::string& host : inspection.subject().web_hosts) {
    judge_https(inspection, visitor.visit(web_url("https", host)));
    judge_http(inspection, visitor.visit(web_url("http", host)));
  }
  judge_preload(inspection, visitor);
  inspection.rest_not_applicable("no answer that this could be judged by");
}

}  // namespace

extern constinit const Area area_hsts;
constinit const Area area_hsts{.name = "hsts", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
