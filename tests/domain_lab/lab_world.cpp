#include "lab_world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/clock.h"
#include "faults.h"

namespace lr::domain::lab {

LabWorld& LabWorld::instance() {
  static LabWorld world;
  static const Result<> started = world.start();
  EXPECT_TRUE(started) << started.error().detail();
  return world;
}

Result<> LabWorld::start() {
  domains_ = clean_domains();
  for (const Fault& fault : all_faults()) domains_.push_back(domain_with(fault));
  LR_TRY(dns_, LabDns::start(domains_));
  LR_TRY(resolver_, ValidatingResolver::make(dns_->resolver_settings()));
  return {};
}

const LabDomain& LabWorld::domain(std::string_view name) const {
  const auto at = std::ranges::find(domains_, name, &LabDomain::name);
  LR_CHECK(at != domains_.end());
  return *at;
}

Network LabWorld::network(Resolver& resolver) const {
  return {.resolver = resolver,
          .now = SystemClock().wall(),
          .live = true,
          .ports = {{53, dns_->port()}}};
}

report::Report LabWorld::inspected(const LabDomain& domain, Scope scope) const {
  Network network = this->network(*resolver_);
  network.live = scope == Scope::kEverything;
  report::Report out;
  inspect(all_areas(), domain.subject, network, {}, out);
  return out;
}

}  // namespace lr::domain::lab
