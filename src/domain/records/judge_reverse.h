// Forward-confirmed reverse DNS of the addresses that product mail leaves from.
#pragma once

#include <cstdint>

#include "domain/inspection.h"

namespace lr::domain {

/// "4.3.2.1.in-addr.arpa" or the nibbles under ip6.arpa.
std::string reverse_name(const text::IpAddress& ip);

struct ReverseDns {
  enum class Outcome : std::uint8_t {
    kConfirmed,    ///< A PTR name has the address.
    kMissing,      ///< No PTR record.
    kUnconfirmed,  ///< No PTR name has the address.
    kUnknown,      ///< Nobody could say.
  };
  Outcome outcome = Outcome::kUnknown;
  std::vector<std::string> names{};  ///< Of the PTR records.
  std::string confirmed{};           ///< The first that has the address.
  std::string why{};
};
inline constexpr std::size_t kPointersMax = 10;
ReverseDns reverse_dns(Resolver& resolver, const text::IpAddress& ip);

/// Does the name look like one that a provider makes of the address ("host-192-0-2-1.isp…")?
bool is_generic_name(std::string_view name, const text::IpAddress& ip);

}  // namespace lr::domain
