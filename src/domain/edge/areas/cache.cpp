// Does the edge keep answers that belong to one visitor only?
#include <fmt/format.h>

#include "domain/edge/cache_signs.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr CheckDef kChecks[] = {
    {.id = "cache.private_hit",
     .control = Control::kEdge,
     .title = "A private answer comes from a cache",
     .why = "One visitor gets what belongs to another.",
     .fix = "Send Cache-Control: private, no-store on it and let the edge bypass its path.",
     .worst = Severity::kCritical,
     .reference = "RFC 9111 section 3.5"},
    {.id = "cache.private_storable",
     .control = Control::kEdge,
     .title = "A private answer allows caches to keep it",
     .why = "The next cache on the way may give it to somebody else.",
     .fix = "Send Cache-Control: private, no-store.",
     .worst = Severity::kHigh,
     .reference = "RFC 9111 section 5.2.2.9"},
    {.id = "cache.event_stream",
     .control = Control::kEdge,
     .title = "An event stream comes from a cache",
     .why = "Visitors see the words of somebody else's conversation.",
     .fix = "Send Cache-Control: no-store on text/event-stream and let the edge bypass its path.",
     .worst = Severity::kCritical,
     .reference = "RFC 9111 section 3.5"},
    {.id = "cache.set_cookie",
     .control = Control::kEdge,
     .title = "A cached answer sets a cookie",
     .why = "Everybody who gets the answer gets the same session.",
     .fix = "Do not set cookies on answers that may be cached, or do not cache those that set one.",
     .worst = Severity::kHigh,
     .reference = "RFC 9111 section 7.3"},
    {.id = "cache.public",
     .control = Control::kEdge,
     .title = "Answers that may be cached are not",
     .why = "The origin carries load that the edge could take; nothing leaks.",
     .fix = "Send Cache-Control: public with a max-age on files that are the same for everybody.",
     .worst = Severity::kInfo,
     .reference = "RFC 9111 section 5.2.2.9"},
};

Found about(const Visit& visit, std::string expected) {
  return {.about = visit.url.str(),
          .observed = visit.quote(
              {"CF-Cache-Status", "X-Cache", "Age", "Cache-Control", "Content-Type", "Vary"}),
          .expected = std::move(expected),
          .reproduce = curl_of(visit.url)};
}

/// Two requests: the first may fill the cache, the second would be served from it.
Visit ask_twice(Visitor& visitor, const text::Url& url) {
  const VisitOptions options{.head_only = true};
  const Visit first = visitor.visit(url, options);
  if (!first.has_response() || came_from_cache(first.response.headers)) return first;
  return visitor.visit(url, options);
}

bool is_event_stream(const Visit& visit) {
  return text::lower_ascii(visit.header("Content-Type").value_or(""))
      .starts_with("text/event-stream");
}

void judge_cookie(Inspection& inspection, const Visit& visit) {
  std::optional<Found> found;
  if (came_from_cache(visit.response.headers) && visit.header("Set-Cookie")) {
    // The cookie's value may be somebody's session: it is not quoted.
    found = about(visit, "no Set-Cookie on an answer from a cache");
    found->observed += "\nSet-Cookie: (not shown)";
  }
  inspection.judge("set_cookie", visit.url.str(), std::move(found));
}

void judge_private(Inspection& inspection, Visitor& visitor, const text::Url& url) {
  const Visit visit = ask_twice(visitor, url);
  if (!visit.answered()) return inspection.unproved("private_hit", url.str(), visit.why);
  const bool hit = came_from_cache(visit.response.headers);
  std::optional<Found> found;
  if (hit) found = about(visit, "an answer from the origin every time");
  inspection.judge("private_hit", url.str(), found);
  std::optional<Found> storable;
  if (visit.response.status == 200 && invites_shared_caches(visit.response.headers)) {
    storable = about(visit, "Cache-Control: private, no-store");
  }
  inspection.judge("private_storable", url.str(), std::move(storable));
  if (is_event_stream(visit)) inspection.judge("event_stream", url.str(), std::move(found));
  judge_cookie(inspection, visit);
}

void judge_public(Inspection& inspection, Visitor& visitor, const text::Url& url) {
  const Visit visit = ask_twice(visitor, url);
  if (!visit.answered()) return inspection.unproved("public", url.str(), visit.why);
  std::optional<Found> found;
  if (!came_from_cache(visit.response.headers)) found = about(visit, "an answer from the cache");
  inspection.judge("public", url.str(), std::move(found));
  judge_cookie(inspection, visit);
}

void inspect(Inspection& inspection) {
  const Subject& subject = inspection.subject();
  const EdgePromise& edge = subject.edge;
  if (edge.provider.empty()) {
    return inspection.rest_not_applicable("the contract promises no edge");
  }
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  Visitor visitor(inspection);
  for (const std::string& path : edge.private_paths) {
    judge_private(inspection, visitor, web_url("https", subject.domain, path));
  }
  for (const std::string& path : edge.public_paths) {
    judge_public(inspection, visitor, web_url("https", subject.domain, path));
  }
  inspection.rest_not_applicable(
      "the contract names no such path (edge.private_paths, "
      "edge.public_paths), or it did not answer that way");
}

}  // namespace

extern constinit const Area area_cache;
constinit const Area area_cache{.name = "cache", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
