// All servers of the laboratory, started once for the whole test program.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "domain/inspect/inspect.h"
#include "domain/network.h"
#include "lab_dns.h"
#include "lab_domain.h"
#include "lab_mail.h"
#include "lab_postfix.h"
#include "lab_web.h"
#include "report/report.h"

namespace lr::domain::lab {

/// What judges a domain. A fault is judged by everything of its kind, so that the whole laboratory
/// takes little time; clean domains by everything.
enum class Scope {
  kRecords,  ///< All areas, without connections.
  kNames,    ///< The control DNS, with connections; likewise the others.
  kMail,     ///< MAIL
  kWeb,      ///< TLS and HEADERS
  kEverything,
};

class LabWorld {
 public:
  /// Started at the first call; ends with the program. Fails the test when a server does not start.
  static LabWorld& instance();

  const LabDns& dns() const { return *dns_; }
  const LabWeb& web() const { return *web_; }
  const LabMail& mail() const { return *mail_; }
  /// nullptr where it cannot run; see LabPostfix::obstacle().
  const LabPostfix* postfix() const { return postfix_.get(); }
  const LabDomain& domain(std::string_view name) const;
  const std::vector<LabDomain>& domains() const { return domains_; }
  Resolver& resolver() const { return *resolver_; }
  /// How checks reach the servers.
  Network network(Resolver& resolver) const;
  report::Report inspected(const LabDomain& domain, Scope scope) const;
  /// Through another resolver, and with other ports than network()'s when there are some.
  report::Report inspected(const Subject& subject, Resolver& resolver,
                           const std::map<std::uint16_t, std::uint16_t>& ports = {}) const;

 private:
  Result<> start();

  std::vector<LabDomain> domains_{};
  std::unique_ptr<LabDns> dns_{};
  std::unique_ptr<LabWeb> web_{};
  std::unique_ptr<LabMail> mail_{};
  std::unique_ptr<LabPostfix> postfix_{};
  std::unique_ptr<ValidatingResolver> resolver_{};
};

}  // namespace lr::domain::lab
