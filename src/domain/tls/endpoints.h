// Where the web hosts of a domain listen for TLS.
#pragma once

#include <string>
#include <vector>

#include "domain/inspection.h"
#include "net/stream.h"

namespace lr::domain::tls {

struct WebEndpoint {
  std::string host{};
  std::string about{};  ///< For verdicts: the host; with the address, from the second one on.
  net::Endpoint endpoint{};
};

struct WebEndpoints {
  static constexpr std::size_t kMost = 32;

  std::vector<WebEndpoint> all{};
  /// Hosts that could not be looked up, and why.
  std::vector<std::pair<std::string, std::string>> unknown{};
};

/// The first `per_family` IPv4 and IPv6 addresses of each web host. Hosts without an address are
/// the business of other checks.
WebEndpoints web_endpoints(const Inspection& inspection, std::size_t per_family);

}  // namespace lr::domain::tls
