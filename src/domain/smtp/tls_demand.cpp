#include "domain/smtp/tls_demand.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/event_loop.h"
#include "net/http_client.h"

namespace lr::domain {
namespace {

Result<std::string> fetch_policy(const Network& network, const std::string& host) {
  const HostAddresses addresses = addresses_of(network.resolver, host);
  if (addresses.all.empty()) {
    return fail(Code::kUnavailable,
                host + (addresses.failed ? ": " + addresses.why : " has no address"),
                Origin::kUpstream);
  }
  LR_TRY(auto tls, net::TlsClientContext::create(network.ca_file));
  net::EventLoop loop;
  net::HttpClient client(loop, std::move(tls));
  net::HttpRequest request;
  request.url.scheme = "https";
  request.url.host = host;
  request.url.port = 443;
  request.url.target = "/.well-known/mta-sts.txt";
  request.connect_to = network.endpoint(addresses.all.front(), 443);
  net::CallOptions options;
  options.deadline = Deadline::after(2 * network.connect_patience).sooner(network.deadline);
  options.body_max = kMtaStsPolicyBytes;
  LR_TRY(const net::HttpResponse response, loop.block_on(client.call(request, options)));
  if (response.status != 200) {
    return fail(Code::kUnavailable, fmt::format("{} answers with status {}", host, response.status),
                Origin::kUpstream);
  }
  return response.body;
}

}  // namespace

TlsDemand tls_demand_of(const Network& network, const std::string& domain) {
  TlsDemand out;
  const Answer answer = network.resolver.query("_mta-sts." + domain, RecordType::kTxt);
  if (answer.failed()) {
    out.why_unknown = "the MTA-STS record: " + answer.why;
    return out;
  }
  const auto texts = answer.all<Text>();
  const bool has_record =
      std::ranges::any_of(texts, [](const Text& text) { return is_mta_sts_record(text.joined()); });
  if (!has_record) return out;
  const Result<std::string> text = fetch_policy(network, "mta-sts." + domain);
  if (!text) {
    out.why_unknown = "the MTA-STS policy: " + text.error().detail();
    return out;
  }
  Result<MtaStsPolicy> policy = parse_mta_sts_policy(*text);
  if (policy) {
    out.policy = std::move(*policy);
  } else {
    out.why_unknown = "the MTA-STS policy: " + policy.error().detail();
  }
  return out;
}

}  // namespace lr::domain
