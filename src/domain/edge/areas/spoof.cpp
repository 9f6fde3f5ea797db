// Does the origin believe a stranger who claims to be somebody else's address?
#include <fmt/format.h>

#include "domain/edge/direct.h"

namespace lr::domain {
namespace {

using report::Control;
using report::Severity;

constexpr std::string_view kFix =
    "Read the visitor's address from that field only when the connection comes from the edge's "
    "addresses.";

constexpr CheckDef kChecks[] = {
    {.id = "spoof.cf_connecting_ip",
     .control = Control::kEdge,
     .title = "The origin believes a CF-Connecting-IP field from anybody",
     .why = "Limits and bans by address can be escaped, and the logs show whom the attacker "
            "names.",
     .fix = kFix,
     .worst = Severity::kHigh,
     .reference = "CWE-348, RFC 7239 section 8.1"},
    {.id = "spoof.true_client_ip",
     .control = Control::kEdge,
     .title = "The origin believes a True-Client-IP field from anybody",
     .why = "Limits and bans by address can be escaped, and the logs show whom the attacker "
            "names.",
     .fix = kFix,
     .worst = Severity::kHigh,
     .reference = "CWE-348, RFC 7239 section 8.1"},
    {.id = "spoof.forwarded_for",
     .control = Control::kEdge,
     .title = "The product believes the first address of X-Forwarded-For",
     .why = "Everybody can write it: limits and bans by address can be escaped, also through the "
            "edge.",
     .fix = "Take the address that your own edge added last, never the first one.",
     .worst = Severity::kHigh,
     .reference = "CWE-348, RFC 7239 section 8.1"},
};

/// From the documentation range TEST-NET-3 (RFC 5737): nobody's, so that only we can have said it.
constexpr std::string_view kClaimed = "203.0.113.77";

/// Sent in a field that nothing reads: an answer that repeats this one, too, repeats everything,
/// as pages for debugging do, and shows nothing of what is believed.
constexpr std::string_view kControl = "203.0.113.78";
constexpr std::string_view kControlField = "X-LaunchReady-Control";

struct Claim {
  std::string_view check;
  std::string_view field;
};
constexpr Claim kClaims[] = {{"cf_connecting_ip", "CF-Connecting-IP"},
                             {"true_client_ip", "True-Client-IP"},
                             {"forwarded_for", "X-Forwarded-For"}};

bool shows(const Visit& visit, std::string_view address) {
  if (visit.response.body.contains(address)) return true;
  for (const text::Header& field : visit.response.headers) {
    if (field.value.contains(address)) return true;
  }
  return false;
}

text::Headers fields_of(const Claim& claim) {
  text::Headers out;
  out.add(std::string(claim.field), std::string(kClaimed));
  out.add(std::string(kControlField), std::string(kControl));
  return out;
}

/// nullopt when the answer does not show whom it believes.
std::optional<Found> judge_answer(const Visit& visit, const Claim& claim) {
  if (!visit.has_response() || !shows(visit, kClaimed) || shows(visit, kControl)) {
    return std::nullopt;
  }
  return Found{
      .about = visit.url.str() + " at " + visit.ip.str(),
      .observed = fmt::format("sent {}: {}\n{}\nthe answer repeats the address", claim.field,
                              kClaimed, visit.quote({"Content-Type"})),
      .expected = "the address of the connection",
      .reproduce = fmt::format("curl -sSk -H '{}: {}' --resolve {}:{}:{} {}", claim.field, kClaimed,
                               visit.url.host, visit.url.port, visit.ip.str(), visit.url.str())};
}

struct Seen {
  bool refused = false;  ///< Some address let nobody in.
  bool silent = false;   ///< Some answer did not show whom it believes.
  bool found = false;
  std::string unknown{};
};

void ask_origin(Inspection& inspection, Visitor& visitor, const text::IpAddress& origin,
                const Claim& claim, Seen& seen) {
  const text::Url url = web_url("https", inspection.subject().domain);
  const DirectAnswer direct = ask_directly(visitor, url, origin, fields_of(claim));
  if (auto found = judge_answer(direct.direct, claim)) {
    seen.found = true;
    return inspection.found(claim.check, std::move(*found));
  }
  seen.refused = seen.refused || direct.verdict == Direct::kRefused;
  seen.silent = seen.silent || direct.verdict == Direct::kAnswers;
  if (direct.verdict == Direct::kUnknown) seen.unknown = direct.why;
}

void ask_edge(Inspection& inspection, Visitor& visitor, const Claim& claim, Seen& seen) {
  VisitOptions options;
  options.headers = fields_of(claim);
  const Visit visit = visitor.visit(web_url("https", inspection.subject().domain), options);
  if (auto found = judge_answer(visit, claim)) {
    seen.found = true;
    return inspection.found(claim.check, std::move(*found));
  }
  seen.silent = seen.silent || visit.has_response();
}

void judge_claim(Inspection& inspection, Visitor& visitor, const Claim& claim) {
  Seen seen;
  for (const text::IpAddress& origin : inspection.subject().edge.origins) {
    ask_origin(inspection, visitor, origin, claim, seen);
  }
  // Edges overwrite their own fields, but pass on what stands in X-Forwarded-For.
  if (claim.check == "forwarded_for") ask_edge(inspection, visitor, claim, seen);
  if (seen.found) return;
  if (!seen.unknown.empty()) {
    inspection.unproved(claim.check, inspection.subject().domain, seen.unknown);
  } else if (seen.silent || !seen.refused) {
    inspection.not_applicable(claim.check, "no answer shows which address it believes");
  } else {
    inspection.proved(claim.check, inspection.subject().domain);
  }
}

void inspect(Inspection& inspection) {
  const EdgePromise& edge = inspection.subject().edge;
  if (edge.provider.empty()) {
    return inspection.rest_not_applicable("the contract promises no edge");
  }
  if (!inspection.network().live) return inspection.rest_not_applicable("needs the network");
  if (edge.origins.empty()) {
    return inspection.rest_not_applicable("the contract names no origin addresses (edge.origins)");
  }
  Visitor visitor(inspection);
  for (const Claim& claim : kClaims) judge_claim(inspection, visitor, claim);
}

}  // namespace

extern constinit const Area area_spoof;
constinit const Area area_spoof{.name = "spoof", .checks = kChecks, .inspect = inspect};

}  // namespace lr::domain
