// The bare domain and its www name: both lead to the same site, or are not there.
#include <fmt/format.h>

#include "domain/web/reference.h"
#include "domain/web/visitor.h"

namespace lr::domain {
namespace {

using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "www.missing",
     .control = report::Control::kDns,
     .title = "The www name of the domain does not exist",
     .why = "Some visitors still type it and get an error.",
     .fix = "Publish the www name and let it redirect to the site.",
     .worst = Severity::kInfo,
     .reference = "RFC 1034 section 3.6"},
    {.id = "www.broken",
     .control = report::Control::kDns,
     .title = "The www name exists but does not work",
     .why = "Its visitors see an error or a certificate warning although the site is up.",
     .fix = "Serve the www name on HTTPS with a certificate that names it, or take its records "
            "away.",
     .worst = Severity::kHigh,
     .reference = "RFC 9110 section 4.3.4"},
    {.id = "www.apex",
     .control = report::Control::kDns,
     .title = "The www name works, the bare domain does not",
     .why = "Most people type the bare domain.",
     .fix = "Give the bare domain A and AAAA records of a server that redirects to the site.",
     .worst = Severity::kMedium,
     .reference = "RFC 1034 section 3.6"},
    {.id = "www.two_sites",
     .control = report::Control::kDns,
     .title = "The bare domain and www both serve pages, neither leads to the other",
     .why = "Cookies and logins do not carry over, and search engines see two copies.",
     .fix = "Choose one of them and redirect the other to it with status 301.",
     .worst = Severity::kLow,
     .reference = "RFC 6596 section 3"},
};

bool ends_well(const Chain& chain) {
  const Visit& last = chain.hops.back();
  return chain.end == Chain::End::kAnswer && last.answered() && last.response.status < 500;
}

bool is_absent(const Chain& chain) { return chain.hops.front().reach == Reach::kNoAddress; }

bool is_unknown(const Chain& chain) { return is_unknown(chain.hops.back().reach); }

Found about(const Chain& chain) {
  return {.about = chain.hops.front().url.str(),
          .observed = chain.quote(),
          .expected = "a page, or a redirect that ends at one",
          .reproduce = "curl -sSIL " + chain.hops.front().url.str()};
}

/// Names may share a page through rel=canonical (RFC 6596) instead of a redirect.
bool names_canonical(const Chain& chain) {
  const Visit& last = chain.hops.back();
  const std::string body = text::lower_ascii(last.response.body);
  const auto link = last.header("Link");
  return body.contains("rel=\"canonical\"") || body.contains("rel='canonical'") ||
         body.contains("rel=canonical") || (link && link->contains("canonical"));
}

void judge_apex(Inspection& inspection, const Chain& apex, const Chain& www) {
  const std::string& domain = inspection.subject().domain;
  if (ends_well(apex)) return inspection.proved("apex", domain);
  if (is_unknown(apex)) return inspection.unproved("apex", domain, apex.hops.back().why);
  if (ends_well(www)) return inspection.found("apex", about(apex));
}

void judge_www(Inspection& inspection, const Chain& apex, const Chain& www) {
  const std::string name = "www." + inspection.subject().domain;
  if (is_absent(www)) {
    if (!ends_well(apex)) return;
    return inspection.found("missing", {.about = name, .observed = www.hops.front().why});
  }
  if (is_unknown(www)) return inspection.unproved("broken", name, www.hops.back().why);
  inspection.proved("missing", name);
  std::optional<Found> broken;
  if (!ends_well(www)) broken = about(www);
  inspection.judge("broken", name, std::move(broken));
}

void judge_both(Inspection& inspection, const Chain& apex, const Chain& www) {
  if (!ends_well(apex) || !ends_well(www)) return;
  const bool one_host = apex.hops.back().url.host == www.hops.back().url.host;
  std::optional<Found> found;
  const bool pages =
      apex.hops.back().response.status == 200 && www.hops.back().response.status == 200;
  if (!one_host && pages && !(names_canonical(apex) && names_canonical(www))) {
    found = about(www);
    found->observed = apex.quote() + "\n" + www.quote();
    found->expected = "both end at the same host";
  }
  inspection.judge("two_sites", inspection.subject().domain, std::move(found));
}

void inspect(Inspection& inspection) {
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  const std::string& domain = inspection.subject().domain;
  if (domain.starts_with("www.")) {
    return inspection.rest_not_applicable("the domain is a www name itself");
  }
  Visitor visitor(inspection);
  const Chain apex = visitor.follow(web_url("https", domain));
  const Chain www = visitor.follow(web_url("https", "www." + domain));
  judge_apex(inspection, apex, www);
  judge_www(inspection, apex, www);
  judge_both(inspection, apex, www);
  inspection.rest_not_applicable("only one of the two names, or neither, serves the web");
}

}  // namespace

extern constinit const Area area_www;
constinit const Area area_www{.name = "www", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
