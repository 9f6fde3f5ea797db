#include "domain/records/judge_mta_sts.h"

#include <fmt/format.h>

#include "domain/records/fetch.h"
#include "domain/records/published.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using report::Severity;

constexpr std::uint32_t kDay = 86'400;
constexpr std::size_t kMxHostsMax = 50;

/// The record; nothing when the area has nothing more to look at.
bool judge_record(Inspection& out, const std::string& domain) {
  const std::string name = "_mta-sts." + domain;
  const TxtRecords txt = ask_txt(out.resolver(), name);
  if (txt.failed) {
    out.rest_unproved(name, txt.why);
    return false;
  }
  const std::vector<std::string> records = txt.those(is_mta_sts_record);
  std::optional<Found> found;
  if (records.empty()) {
    found = Found{.about = domain, .observed = "no record v=STSv1 at " + name};
    found->reproduce = "dig +short " + name + " TXT";
  }
  out.judge("missing", domain, std::move(found));
  if (records.empty()) return false;
  found.reset();
  if (records.size() > 1) {
    found = Found{.about = name, .observed = fmt::format("{}", fmt::join(records, "\n"))};
  }
  out.judge("several", name, std::move(found));
  if (records.size() > 1) return false;
  found.reset();
  const Result<MtaStsRecord> parsed = parse_mta_sts_record(records.front());
  if (!parsed) {
    found = Found{.about = name,
                  .record = quote_txt(name, records.front()),
                  .corrected = txt_line(name, "v=STSv1; id=1"),
                  .observed = parsed.error().detail()};
  }
  out.judge("record", name, std::move(found));
  return parsed.has_value();
}

/// "text/plain; charset=utf-8" is text/plain.
bool is_plain_text(const Fetched& answer) {
  const std::string type = lower_case(answer.headers.get("Content-Type").value_or(""));
  return type.substr(0, type.find(';')).starts_with("text/plain");
}

void judge_answer(Inspection& out, const std::string& domain, const std::string& url,
                  const Fetched& answer) {
  const std::string curl = "curl -i " + url;
  const std::string status = fmt::format("status {}", answer.status);
  const bool redirect = answer.status >= 300 && answer.status < 400;
  const bool good = answer.status == 200;
  std::optional<Found> found;
  if (redirect) found = Found{.about = url, .observed = status, .reproduce = curl};
  out.judge("redirect", url, std::move(found));
  found.reset();
  if (!redirect && !good) found = Found{.about = url, .observed = status, .reproduce = curl};
  out.judge("policy_unreachable", url, std::move(found));
  if (!good) return;
  found.reset();
  if (!is_plain_text(answer)) {
    found = Found{.about = url,
                  .observed = std::string(answer.headers.get("Content-Type").value_or("none")),
                  .expected = "text/plain",
                  .reproduce = curl};
  }
  out.judge("content_type", url, std::move(found));
  if (answer.cut) {
    return out.found("policy", {.about = url, .observed = "longer than 64 KiB"});
  }
  judge_mta_sts_policy(out, domain, answer.body);
}

}  // namespace

MxHosts mx_hosts(Resolver& resolver, std::string_view domain) {
  MxHosts out;
  const Answer answer = resolver.query(domain, RecordType::kMx);
  out.failed = answer.failed();
  out.why = fmt::format("{} MX: {}", domain, answer.why);
  for (const MailExchange& mx : answer.all<MailExchange>()) {
    if (!mx.host.empty() && out.hosts.size() < kMxHostsMax) {
      out.hosts.push_back(canonical_name(mx.host));
    }
  }
  return out;
}

void judge_mta_sts_policy(Inspection& out, const std::string& domain, std::string_view text) {
  const std::string url = fmt::format("https://mta-sts.{}/.well-known/mta-sts.txt", domain);
  const Result<MtaStsPolicy> policy = parse_mta_sts_policy(text);
  if (!policy) {
    return out.found("policy", {.about = url, .observed = policy.error().detail()});
  }
  out.proved("policy", url);
  std::optional<Found> found;
  if (policy->mode != MtaStsMode::kEnforce) {
    found =
        Found{.about = url, .observed = fmt::format("mode: {}", mta_sts_mode_name(policy->mode))};
  }
  out.judge("mode", url, std::move(found));
  found.reset();
  if (policy->max_age < kDay) {
    found = Found{.about = url, .observed = fmt::format("max_age: {}", policy->max_age)};
  }
  out.judge("max_age", url, std::move(found));
  if (policy->mode == MtaStsMode::kNone) {
    return out.not_applicable("coverage", "the policy's mode is none");
  }
  const MxHosts mx = mx_hosts(out.resolver(), domain);
  if (mx.failed) return out.unproved("coverage", domain, mx.why);
  for (const std::string& host : mx.hosts) {
    if (mta_sts_covers(*policy, host)) {
      out.proved("coverage", host);
      continue;
    }
    Found gap{.about = host,
              .observed = fmt::format("mx: {}", fmt::join(policy->mx, ", ")),
              .expected = "mx: " + host};
    if (policy->mode == MtaStsMode::kTesting) gap.severity = Severity::kMedium;
    out.found("coverage", std::move(gap));
  }
}

void judge_mta_sts(Inspection& inspection) {
  const std::string domain = mail_domain(inspection.subject());
  if (!inspection.subject().mail.receives) {
    return inspection.rest_not_applicable("the domain promises to receive no mail");
  }
  if (judge_record(inspection, domain)) {
    const std::string host = "mta-sts." + domain;
    const std::string url = fmt::format("https://{}/.well-known/mta-sts.txt", host);
    const HostAddresses addresses = addresses_of(inspection.resolver(), host);
    if (!addresses.all.empty()) {
      inspection.proved("host", host);
    } else if (addresses.failed) {
      return inspection.rest_unproved(host, addresses.why);
    } else {
      inspection.found("host", {.about = host, .observed = "no A and no AAAA record"});
      return inspection.rest_not_applicable("the host of the policy has no address");
    }
    if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
    const Fetched answer = fetch_https(inspection, url, kMtaStsPolicyBytes);
    if (answer.outcome == Fetched::Outcome::kUnknown) {
      return inspection.rest_unproved(url, answer.why);
    }
    if (answer.outcome == Fetched::Outcome::kAnswer) {
      judge_answer(inspection, domain, url, answer);
    } else {
      inspection.found("policy_unreachable",
                       {.about = url, .observed = answer.why, .reproduce = "curl -i " + url});
    }
  }
  inspection.rest_not_applicable("there is no MTA-STS policy to judge");
}

}  // namespace lr::domain
