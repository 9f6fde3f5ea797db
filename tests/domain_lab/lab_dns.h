// The laboratory's DNS: a signed root, the zone "lab" below it, and a zone for each domain, on
// servers at addresses of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/testing/knot_server.h"
#include "domain/validating_resolver.h"
#include "lab_domain.h"

namespace lr::domain::lab {

class LabDns {
 public:
  static Result<std::unique_ptr<LabDns>> start(const std::vector<LabDomain>& domains);

  std::uint16_t port() const { return everything_->port(); }
  /// The DS record of the root.
  const std::string& trust_anchor() const { return anchor_; }
  ResolverSettings resolver_settings() const;
  /// "address@port" of the server that has every zone, at another port when `port` is not 0.
  std::string resolver_address(std::uint16_t port = 0) const;

 private:
  std::string anchor_{};
  std::unique_ptr<KnotServer> everything_{};  ///< kResolverAddress, kServerA, kServerB.
  std::unique_ptr<KnotServer> parents_{};     ///< kParentServer.
  std::unique_ptr<KnotServer> others_{};      ///< kOtherServer.
};

}  // namespace lr::domain::lab
