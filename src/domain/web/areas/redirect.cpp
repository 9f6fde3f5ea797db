// From plain HTTP to the site: one permanent step to HTTPS on the same host, then wherever.
#include <fmt/format.h>

#include <algorithm>

#include "domain/web/reference.h"
#include "domain/web/visitor.h"

namespace lr::domain {
namespace {

using report::Severity;

constexpr std::size_t kHopsUsual = 5;

constexpr CheckDef kChecks[] = {
    {.id = "redirect.no_https",
     .control = report::Control::kTls,
     .title = "Plain HTTP does not lead to HTTPS",
     .why = "Everybody on the way can read and change what those visitors see and send.",
     .fix = "Answer every request on port 80 with 301 to the same URL on https.",
     .worst = Severity::kHigh,
     .reference = "RFC 9110 section 4.2.2"},
    {.id = "redirect.other_host_first",
     .control = report::Control::kTls,
     .title = "Plain HTTP leads to another host before HTTPS on its own",
     .why = "Browsers never learn to insist on HTTPS for this name, and the preload list refuses "
            "it.",
     .fix = "Redirect http://host to https://host first, and from there to the other host.",
     .worst = Severity::kLow,
     .reference = "hstspreload.org, Submission Requirements"},
    {.id = "redirect.temporary",
     .control = report::Control::kTls,
     .title = "The redirect to HTTPS is a temporary one",
     .why = "Browsers and search engines ask the plain URL again every time.",
     .fix = "Use status 301 or 308.",
     .worst = Severity::kLow,
     .reference = "RFC 9110 section 15.4.2"},
    {.id = "redirect.loop",
     .control = report::Control::kTls,
     .title = "The redirects go round in a circle",
     .why = "Browsers give up with an error; nobody reaches the site under this name.",
     .fix = "Look which of the servers and the edge redirect to each other and keep one direction.",
     .worst = Severity::kHigh,
     .reference = "RFC 9110 section 15.4"},
    {.id = "redirect.too_many",
     .control = report::Control::kTls,
     .title = "It takes too many redirects to reach the site",
     .why = "Every step costs a round trip, and some programs stop after five.",
     .fix = "Lead http://host to https://host, and from there to the final URL at once.",
     .worst = Severity::kLow,
     .reference = "RFC 9110 section 15.4"},
    {.id = "redirect.http_hop",
     .control = report::Control::kTls,
     .title = "A redirect leads from HTTPS back to plain HTTP",
     .why = "That step can be read and changed by everybody on the way.",
     .fix = "Write https:// into that Location, or let the application know that it is behind TLS.",
     .worst = Severity::kHigh,
     .reference = "RFC 9110 section 4.2.2"},
    {.id = "redirect.dead_end",
     .control = report::Control::kTls,
     .title = "The redirects end at nothing",
     .why = "Visitors who follow them see an error.",
     .fix = "Let the Location name a URL that answers.",
     .worst = Severity::kMedium,
     .reference = "RFC 9110 section 10.2.2"},
    {.id = "redirect.foreign",
     .control = report::Control::kTls,
     .title = "The domain leads visitors to a foreign host",
     .why = "When nobody intended this, somebody else receives your visitors.",
     .fix = "Let it lead to a name of the domain, or add the target to the contract's domains.",
     .worst = Severity::kLow,
     .reference = "CWE-601, OWASP WSTG-CLNT-04"},
    {.id = "redirect.open",
     .control = report::Control::kTls,
     .title = "A URL of the site sends visitors wherever its author wants",
     .why = "Somebody can send out links with your name in them that end at a page of theirs.",
     .fix = "Build the Location from a fixed host; never from a path that begins with two slashes.",
     .worst = Severity::kMedium,
     .reference = "CWE-601, OWASP WSTG-CLNT-04"},
    {.id = "redirect.not_to_primary",
     .control = report::Control::kDns,
     .title = "A promised redirect does not lead to the primary domain",
     .why = "Visitors of that name end somewhere else or nowhere.",
     .fix = "Redirect the name to the primary domain with status 301.",
     .worst = Severity::kHigh,
     .reference = "RFC 9110 section 15.4.2"},
    {.id = "redirect.port_closed",
     .control = report::Control::kTls,
     .title = "Port 80 is closed",
     .why = "Old links and programs that begin with plain HTTP get no answer; nothing leaks.",
     .fix = "Keep it closed, or open it for a redirect to HTTPS only.",
     .worst = Severity::kInfo,
     .reference = "RFC 9110 section 4.2.1"},
};

constexpr std::string_view kForeign = "launchready-probe.invalid";

Found about(const Chain& chain, std::string expected) {
  return {.about = chain.hops.front().url.str(),
          .observed = chain.quote(),
          .expected = std::move(expected),
          .reproduce = "curl -sSIL " + chain.hops.front().url.str()};
}

/// The URL of the second hop, or of the Location that was not followed.
std::optional<text::Url> first_target(const Chain& chain) {
  const Visit& first = chain.hops.front();
  if (!first.is_redirect()) return std::nullopt;
  Result<text::Url> target = resolve_reference(first.url, first.header("Location").value_or(""));
  if (!target) return std::nullopt;
  return std::move(*target);
}

void judge_first_step(Inspection& inspection, const Chain& chain) {
  const Visit& first = chain.hops.front();
  const std::string url = first.url.str();
  const auto target = first_target(chain);
  const bool ends_secure = chain.hops.back().url.scheme == "https";
  std::optional<Found> plain;
  if (!target || (target->scheme != "https" && !ends_secure)) {
    plain = about(chain, "301 to https://" + first.url.host + "/");
    // An error page on port 80 shows nothing of the product, yet helps nobody.
    if (first.response.status >= 400) plain->severity = Severity::kLow;
  }
  const bool leads = !plain;
  inspection.judge("no_https", url, std::move(plain));
  if (!leads) return;
  std::optional<Found> other;
  if (target->host != first.url.host || target->scheme != "https") {
    other = about(chain, "https://" + first.url.host + "/ first");
    if (inspection.subject().hsts_preload) other->severity = Severity::kMedium;
  }
  inspection.judge("other_host_first", url, std::move(other));
  std::optional<Found> temporary;
  const int status = first.response.status;
  if (status != 301 && status != 308) temporary = about(chain, "status 301 or 308");
  inspection.judge("temporary", url, std::move(temporary));
}

std::optional<Found> back_to_http(const Chain& chain) {
  bool secure = false;
  for (const Visit& hop : chain.hops) {
    if (secure && hop.url.scheme == "http") return about(chain, "https in every later step");
    secure = secure || hop.url.scheme == "https";
  }
  if (secure && chain.next && chain.next->scheme == "http") {
    return about(chain, "https in every later step");
  }
  return std::nullopt;
}

/// The area `https` looks at the start page of every promised host, and says why it is no use.
bool is_told_by_https(const Subject& subject, const Visit& last) {
  if (last.url.scheme != "https" || std::ranges::count(subject.web_hosts, last.url.host) == 0) {
    return false;
  }
  // What the host cannot do at all does not depend on the page.
  return !last.answered() || (last.response.status >= 500 && last.url.target == "/");
}

std::optional<Found> dead_end(const Subject& subject, const Chain& chain) {
  const Visit& last = chain.hops.back();
  if (chain.end == Chain::End::kBadLocation) return about(chain, "a Location with a URL");
  if (chain.hops.size() < 2 || chain.end == Chain::End::kLoop) return std::nullopt;
  if (is_told_by_https(subject, last)) return std::nullopt;
  const int status = last.response.status;
  // A host may have no start page, as those of APIs do; but nobody should be led to such a one.
  const text::Url& asked = chain.hops.front().url;
  const bool led_away = last.url.host != asked.host || last.url.target != asked.target;
  const bool broken = chain.end == Chain::End::kFailed || last.reach == Reach::kBadCertificate ||
                      status >= 500 || (led_away && (status == 404 || status == 410));
  return broken ? std::optional(about(chain, "a page at the end")) : std::nullopt;
}

std::optional<Found> foreign(const Inspection& inspection, const Chain& chain) {
  const Subject& subject = inspection.subject();
  const std::string& host = chain.hops.back().url.host;
  const auto holds = [&](const std::string& name) { return is_within(host, name); };
  if (holds(subject.domain) || std::ranges::any_of(subject.web_hosts, holds) ||
      std::ranges::any_of(subject.redirects, holds)) {
    return std::nullopt;
  }
  return about(chain, "a host of " + subject.domain);
}

void judge_rest(Inspection& inspection, const Chain& chain) {
  const std::string url = chain.hops.front().url.str();
  const bool sets_cookie = std::ranges::any_of(
      chain.hops, [](const Visit& hop) { return hop.header("Set-Cookie").has_value(); });
  std::optional<Found> loop;
  if (chain.end == Chain::End::kLoop) loop = about(chain, "an end");
  if (loop && sets_cookie) {
    inspection.unproved("loop", url,
                        "it goes in a circle, which may end for browsers with cookies");
  } else {
    inspection.judge("loop", url, std::move(loop));
  }
  std::optional<Found> many;
  const std::size_t steps = chain.hops.size() - 1;
  if (steps > kHopsUsual) many = about(chain, fmt::format("at most {} redirects", kHopsUsual));
  inspection.judge("too_many", url, std::move(many));
  inspection.judge("http_hop", url, back_to_http(chain));
  if (is_unknown(chain.hops.back().reach)) {
    inspection.unproved("dead_end", url, chain.hops.back().why);
  } else {
    inspection.judge("dead_end", url, dead_end(inspection.subject(), chain));
  }
  inspection.judge("foreign", url, foreign(inspection, chain));
}

void judge_http(Inspection& inspection, Visitor& visitor, const std::string& host) {
  const Chain chain = visitor.follow(web_url("http", host));
  const Visit& first = chain.hops.front();
  const std::string url = first.url.str();
  if (first.reach == Reach::kNoAddress) return;  // The area addresses says so.
  if (is_unknown(first.reach)) return inspection.unproved("no_https", url, first.why);
  if (first.reach == Reach::kRefused) {
    inspection.proved("no_https", url);
    return inspection.found("port_closed", {.about = url, .observed = first.why});
  }
  inspection.proved("port_closed", url);
  if (!first.has_response()) return inspection.unproved("no_https", url, first.why);
  if (first.response.status >= 500) {
    return inspection.unproved("no_https", url,
                               fmt::format("status {} on port 80", first.response.status));
  }
  judge_first_step(inspection, chain);
  judge_rest(inspection, chain);
}

/// Asks for a path that careless servers turn into the URL of another host.
std::optional<Found> open_redirect(const Visit& visit, const std::string& target) {
  if (!visit.is_redirect()) return std::nullopt;
  const auto leads = resolve_reference(visit.url, visit.header("Location").value_or(""));
  if (!leads || !is_within(leads->host, kForeign)) return std::nullopt;
  return Found{.about = visit.url.origin() + target,
               .observed = visit.quote({"Location"}),
               .expected = "no Location outside of the site",
               .reproduce = "curl -sSI --path-as-is " + visit.url.origin() + target};
}

void judge_open(Inspection& inspection, Visitor& visitor, const std::string& host) {
  for (const std::string_view scheme : {"http", "https"}) {
    const text::Url url = web_url(scheme, host);
    for (const std::string_view shape : {"//{}/..", "/\\{}/", "//{}"}) {
      const std::string target = fmt::format(fmt::runtime(shape), kForeign);
      const Visit visit = visitor.visit(url, {.head_only = true, .raw_target = target});
      if (!visit.has_response()) break;
      if (auto found = open_redirect(visit, target)) {
        return inspection.found("open", std::move(*found));
      }
      inspection.proved("open", url.str());
    }
  }
}

void judge_promised(Inspection& inspection, Visitor& visitor, const std::string& name) {
  for (const std::string_view scheme : {"http", "https"}) {
    const Chain chain = visitor.follow(web_url(scheme, name));
    const Visit& last = chain.hops.back();
    const std::string url = chain.hops.front().url.str();
    const bool closed = scheme == "http" && chain.hops.front().reach == Reach::kRefused;
    if (closed) continue;
    const bool leads = last.url.host == inspection.subject().domain ||
                       last.url.host == "www." + inspection.subject().domain;
    if (leads && chain.end != Chain::End::kLoop) {
      inspection.proved("not_to_primary", url);
    } else if (is_unknown(last.reach)) {
      inspection.unproved("not_to_primary", url, last.why);
    } else {
      inspection.found("not_to_primary",
                       about(chain, "https://" + inspection.subject().domain + "/"));
    }
  }
}

void inspect(Inspection& inspection) {
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  Visitor visitor(inspection);
  const Subject& subject = inspection.subject();
  for (const std::string& host : subject.web_hosts) {
    judge_http(inspection, visitor, host);
    judge_open(inspection, visitor, host);
  }
  for (const std::string& name : subject.redirects) judge_promised(inspection, visitor, name);
  if (subject.redirects.empty()) {
    inspection.not_applicable("not_to_primary", "no redirects are promised");
  }
  inspection.rest_not_applicable("no host answers on plain HTTP");
}

}  // namespace

extern constinit const Area area_redirect;
constinit const Area area_redirect{.name = "redirect", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
