// All servers of the laboratory, started once for the whole test program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/inspect/inspect.h"
#include "domain/network.h"
#include "lab_dns.h"
#include "lab_domain.h"
#include "report/report.h"

namespace lr::domain::lab {

/// Which areas judge a domain: records without any connection, or everything.
enum class Scope { kRecords, kEverything };

class LabWorld {
 public:
  /// Started at the first call; ends with the program. Fails the test when a server does not start.
  static LabWorld& instance();

  const LabDns& dns() const { return *dns_; }
  const LabDomain& domain(std::string_view name) const;
  const std::vector<LabDomain>& domains() const { return domains_; }
  Resolver& resolver() const { return *resolver_; }
  /// How checks reach the servers.
  Network network(Resolver& resolver) const;
  report::Report inspected(const LabDomain& domain, Scope scope) const;

 private:
  Result<> start();

  std::vector<LabDomain> domains_{};
  std::unique_ptr<LabDns> dns_{};
  std::unique_ptr<ValidatingResolver> resolver_{};
};

}  // namespace lr::domain::lab
