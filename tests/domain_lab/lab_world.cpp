#include "lab_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "base/clock.h"
#include "domain/caching_resolver.h"
#include "faults.h"

namespace lr::domain::lab {

namespace {

std::vector<std::string> controls_of(Scope scope) {
  switch (scope) {
    case Scope::kNames:
      return {"DNS"};
    case Scope::kMail:
      return {"MAIL"};
    case Scope::kWeb:
      return {"TLS", "HEADERS"};
    case Scope::kRecords:
    case Scope::kEverything:
      break;
  }
  return {};
}

}  // namespace

LabWorld& LabWorld::instance() {
  // As the program does: a peer that goes away ends a write, not the program.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(ignored);
  static LabWorld world;
  static const Result<> started = world.start();
  if (!started) {
    // No test can say anything; the servers that did start end with the program.
    fmt::print(stderr, "the laboratory does not start: {}\n", started.error().detail());
    std::exit(1);
  }
  return world;
}

Result<> LabWorld::start() {
  domains_ = clean_domains();
  for (const Fault& fault : all_faults()) domains_.push_back(domain_with(fault));
  domains_.push_back(held_domain());
  for (LabDomain& domain : hostile_domains()) domains_.push_back(std::move(domain));
  LR_TRY(dns_, LabDns::start(domains_));
  LR_TRY(web_, LabWeb::start(domains_));
  LR_TRY(mail_, LabMail::start(domains_, web_->authority()));
  if (LabPostfix::obstacle().empty()) {
    LR_TRY(postfix_, LabPostfix::start(domains_, web_->authority()));
  }
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
          .ports = {{53, dns_->port()},
                    {80, web_->http_port()},
                    {443, web_->https_port()},
                    {25, mail_->port()}},
          .ca_file = web_->ca_file()};
}

report::Report LabWorld::inspected(const LabDomain& domain, Scope scope) const {
  CachingResolver cache(*resolver_);
  Network network = this->network(cache);
  network.live = scope != Scope::kRecords;
  report::Report out;
  inspect(all_areas(), domain.subject, network, {.only = controls_of(scope)}, out);
  return out;
}

report::Report LabWorld::inspected(const Subject& subject, Resolver& resolver,
                                   const std::map<std::uint16_t, std::uint16_t>& ports) const {
  CachingResolver cache(resolver);
  Network network = this->network(cache);
  if (!ports.empty()) network.ports = ports;
  report::Report out;
  inspect(all_areas(), subject, network, {}, out);
  return out;
}

}  // namespace lr::domain::lab
