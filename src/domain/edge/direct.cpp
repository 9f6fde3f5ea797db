#include "domain/edge/direct.h"

#include <fmt/format.h>

namespace lr::domain {
namespace {

/// Refusals of strangers: 403, 421, and 400, which servers send to those without the client
/// certificate that they ask for (nginx: 495 and 496 inside).
bool is_refusal(const Visit& visit) {
  const int status = visit.response.status;
  return status == 400 || status == 403 || status == 421 || status == 495 || status == 496;
}

/// A redirect of plain HTTP to HTTPS of the same host shows nothing of the product.
bool only_leads_to_https(const Visit& visit) {
  const auto location = visit.header("Location");
  return visit.url.scheme == "http" && visit.is_redirect() && location &&
         location->starts_with("https://" + visit.url.host);
}

}  // namespace

DirectAnswer judge_direct(Visit direct, const Visit& through_edge) {
  DirectAnswer out;
  out.direct = std::move(direct);
  const Visit& visit = out.direct;
  const int status = visit.response.status;
  switch (visit.reach) {
    case Reach::kRefused:
    case Reach::kNoTls:
    case Reach::kNoHttp:
      out.verdict = Direct::kRefused;
      return out;
    case Reach::kUnreachable:
      // A firewall that drops strangers is silent. We know that it is not our own network which is,
      // because the edge answers on the same port.
      if (visit.timed_out && through_edge.has_response()) out.verdict = Direct::kRefused;
      out.why = visit.why;
      return out;
    case Reach::kAnswered:
    case Reach::kBadCertificate:
      break;
    default:
      out.why = visit.why;
      return out;
  }
  if (only_leads_to_https(visit)) {
    out.verdict = Direct::kRefused;
  } else if (is_refusal(visit)) {
    const bool same = through_edge.has_response() && through_edge.response.status == status;
    out.verdict = same ? Direct::kUnknown : Direct::kRefused;
    out.why = fmt::format("the edge answers {} as well", status);
  } else if (status < 400 ||
             (through_edge.has_response() && through_edge.response.status == status)) {
    out.verdict = Direct::kAnswers;
  } else {
    out.why =
        fmt::format("status {} directly: whether the product is behind it cannot be told", status);
  }
  return out;
}

DirectAnswer ask_directly(Visitor& visitor, const text::Url& url, const text::IpAddress& origin,
                          const text::Headers& headers) {
  const Visit edge = visitor.visit(url);
  VisitOptions options;
  options.headers = headers;
  return judge_direct(visitor.visit_at(url, origin, options), edge);
}

}  // namespace lr::domain
