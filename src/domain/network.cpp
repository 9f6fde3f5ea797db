#include "domain/network.h"

namespace lr::domain {

std::uint16_t Network::port(std::uint16_t well_known) const {
  const auto at = ports.find(well_known);
  return at == ports.end() ? well_known : at->second;
}

net::Endpoint Network::endpoint(const text::IpAddress& ip, std::uint16_t well_known) const {
  return {ip, port(well_known)};
}

bool Network::is_loopback(const text::IpAddress& ip) const {
  if (!ip.is_loopback()) return false;
  return ports.empty() || !ip.is_v4() || ip.str() == "127.0.0.1";
}

HostAddresses addresses_of(Resolver& resolver, std::string_view host) {
  HostAddresses out;
  bool answered_no_name = false;
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa}) {
    const Answer answer = resolver.query(host, type);
    if (answer.failed()) {
      out.failed = true;
      out.why = answer.why;
      continue;
    }
    if (answer.outcome == Outcome::kNxDomain) answered_no_name = true;
    for (const auto& ip : answer.all<text::IpAddress>()) out.all.push_back(ip);
  }
  out.exists = !answered_no_name || !out.all.empty();
  return out;
}

}  // namespace lr::domain
