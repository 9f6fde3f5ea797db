#include "domain/tls/endpoints.h"

namespace lr::domain::tls {

WebEndpoints web_endpoints(const Inspection& inspection, std::size_t per_family) {
  WebEndpoints out;
  const Network& network = inspection.network();
  for (const std::string& host : inspection.subject().web_hosts) {
    const HostAddresses addresses = addresses_of(network.resolver, host);
    if (addresses.failed && addresses.all.empty()) out.unknown.emplace_back(host, addresses.why);
    std::size_t taken[2] = {0, 0};
    for (const text::IpAddress& ip : addresses.all) {
      if (out.all.size() == WebEndpoints::kMost) break;
      if (taken[ip.is_v4() ? 0 : 1]++ >= per_family) continue;
      WebEndpoint one{.host = host, .about = host, .endpoint = network.endpoint(ip, 443)};
      if (taken[0] + taken[1] > 1) one.about += " (" + one.endpoint.ip.str() + ")";
      out.all.push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace lr::domain::tls
