// Judges the SPF record of the product's mail domain for the area spf.
#pragma once

#include "domain/inspection.h"

namespace lr::domain {

void judge_spf(Inspection& inspection);

/// Addresses of the contract's senders (names are looked up), for checks of what they may do.
struct SenderAddress {
  std::string sender{};  ///< As promised: a host name or an address.
  text::IpAddress ip{};
};
struct SenderAddresses {
  std::vector<SenderAddress> known{};
  /// Senders whose addresses nobody could say, and why.
  std::vector<std::pair<std::string, std::string>> unknown{};
  std::vector<std::string> without{};  ///< Names without any address.
};
inline constexpr std::size_t kSendersMax = 50;
inline constexpr std::size_t kAddressesPerSender = 16;
SenderAddresses sender_addresses(Inspection& inspection);

}  // namespace lr::domain
