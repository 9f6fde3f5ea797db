#include "domain/records/fetch.h"

#include "net/event_loop.h"
#include "net/http_client.h"
#include "net/tls.h"
#include "text/url.h"

namespace lr::domain {
namespace {

constexpr std::size_t kAddressesTried = 3;
constexpr std::uint16_t kHttps = 443;
constexpr std::chrono::seconds kPatience{10};

}  // namespace

Fetched fetch_https(Inspection& inspection, const std::string& url, std::size_t body_most) {
  Fetched out{.outcome = Fetched::Outcome::kFailed};
  const Network& network = inspection.network();
  Result<text::Url> parsed = text::parse_url(url);
  if (!parsed || parsed->scheme != "https") {
    out.why = parsed ? "is no https address" : parsed.error().detail();
    return out;
  }
  const HostAddresses addresses = addresses_of(inspection.resolver(), parsed->host);
  if (addresses.all.empty()) {
    out.outcome = addresses.failed ? Fetched::Outcome::kUnknown : Fetched::Outcome::kNoAddress;
    out.why = addresses.failed ? addresses.why : parsed->host + " has no address";
    return out;
  }
  auto tls = net::TlsClientContext::create(network.ca_file);
  if (!tls) {
    out.outcome = Fetched::Outcome::kUnknown;
    out.why = tls.error().detail();
    return out;
  }
  net::EventLoop loop;
  for (std::size_t i = 0; i < addresses.all.size() && i < kAddressesTried; ++i) {
    const std::uint16_t port = parsed->port == 0 ? kHttps : parsed->port;
    net::HttpRequest request{.url = *parsed, .headers = {}, .body = {}, .raw_target = {}};
    request.connect_to = network.endpoint(addresses.all[i], port);
    const Deadline deadline = Deadline::after(kPatience);
    const bool sooner = network.deadline.when() < deadline.when();
    net::HttpClient client(loop, *tls);
    inspection.count_requests(1);
    Result<net::HttpResponse> answer = loop.block_on(
        client.call(std::move(request),
                    {.deadline = sooner ? network.deadline : deadline, .body_max = body_most}));
    if (answer) {
      return {.outcome = Fetched::Outcome::kAnswer,
              .status = answer->status,
              .headers = std::move(answer->headers),
              .body = std::move(answer->body),
              .cut = answer->body_cut,
              .why = {}};
    }
    out.why = answer.error().detail();
  }
  return out;
}

}  // namespace lr::domain
