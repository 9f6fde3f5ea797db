#include "domain/tls/endpoints.h"

#include <algorithm>

namespace lr::domain::tls {

WebEndpoints web_endpoints(const Inspection& inspection) {
  WebEndpoints out;
  const Network& network = inspection.network();
  for (const std::string& host : inspection.subject().web_hosts) {
    const HostAddresses addresses = addresses_of(network.resolver, host);
    if (addresses.failed && addresses.all.empty()) out.unknown.emplace_back(host, addresses.why);
    bool first = true;
    for (const bool v4 : {true, false}) {
      const auto at = std::ranges::find(addresses.all, v4, &text::IpAddress::is_v4);
      if (at == addresses.all.end() || out.all.size() == WebEndpoints::kMost) continue;
      WebEndpoint one{.host = host, .about = host, .endpoint = network.endpoint(*at, 443)};
      if (!first) one.about += " (" + one.endpoint.ip.str() + ")";
      first = false;
      out.all.push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace lr::domain::tls
