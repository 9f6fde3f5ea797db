// IP addresses and prefixes as values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace lr::text {

/// IPv4 is kept as IPv4-mapped IPv6 so that one comparison serves both.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4() const;
  std::string str() const;
  /// The key under which a client is limited: the address for IPv4, the /64 for IPv6.
  IpAddress limit_key() const;
  bool is_loopback() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Dotted quad or RFC 4291 text, nothing else (no zone, no port, no leading zeros).
Result<IpAddress> parse_ip(std::string_view text);

struct IpPrefix {
  IpAddress address;
  int bits = 128;  ///< Of the mapped form: a v4 /24 is 120.
  bool contains(const IpAddress& candidate) const;
};
/// "10.0.0.0/8", "2001:db8::/32" or a single address.
Result<IpPrefix> parse_ip_prefix(std::string_view text);

}  // namespace lr::text
