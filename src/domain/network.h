// What the checks of a domain may touch: the resolver, the clock, and connections to hosts. A zone
// file that is not published yet and a recording have no network.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/dns.h"
#include "net/stream.h"

namespace lr::domain {

struct Network {
  Resolver& resolver;
  WallTime now{};                         ///< For expiry and ages; the clock, or --now.
  bool live = true;                       ///< False: no connections, only the resolver.
  Deadline deadline = Deadline::never();  ///< Of the whole run.
  milliseconds connect_patience{5000};
  /// Laboratories: which port of the same address stands for a well-known one (443 → 8443).
  std::map<std::uint16_t, std::uint16_t> ports{};
  /// PEM file with the only roots to trust; "": the system's.
  std::string ca_file{};

  std::uint16_t port(std::uint16_t well_known) const;
  net::Endpoint endpoint(const text::IpAddress& ip, std::uint16_t well_known) const;
  /// Does this address lead everybody to themselves? In a laboratory (`ports` is not empty) only
  /// 127.0.0.1 and ::1 do: its servers have the other loopback addresses for public ones.
  bool is_loopback(const text::IpAddress& ip) const;
};

/// The addresses of a host, IPv6 after IPv4.
struct HostAddresses {
  std::vector<text::IpAddress> all{};
  bool failed = false;  ///< A question had no answer, so `all` may lack some.
  bool exists = true;   ///< False: the name does not exist.
  std::string why{};    ///< For failed.
};
HostAddresses addresses_of(Resolver& resolver, std::string_view host);

}  // namespace lr::domain
