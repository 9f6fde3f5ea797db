#include "domain/dns/reverse_name.h"

#include <fmt/format.h>

namespace lr::domain {

std::string reverse_name(const text::IpAddress& ip) {
  std::string out;
  if (ip.is_v4()) {
    for (std::size_t i = 16; i-- > 12;) out += fmt::format("{}.", ip.bytes[i]);
    return out + "in-addr.arpa";
  }
  for (std::size_t i = 16; i-- > 0;) {
    out += fmt::format("{:x}.{:x}.", ip.bytes[i] & 15, ip.bytes[i] >> 4);
  }
  return out + "ip6.arpa";
}

}  // namespace lr::domain
