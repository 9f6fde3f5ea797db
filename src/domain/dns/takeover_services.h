// Services that hand a name to whoever asks for it first, and what they answer for a name that
// nobody has: a CNAME left behind lets anybody put pages under your name.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lr::domain {

struct TakeoverService {
  /// kMissing: the target does not exist in the DNS. kPage: it answers with `page`.
  enum class Sign : std::uint8_t { kMissing, kPage };
  std::string_view name{};
  std::string_view suffix{};  ///< Of the CNAME's target: "herokudns.com".
  Sign sign = Sign::kMissing;
  std::string_view page{};  ///< Text in the answer's body.
  /// False: the service asks for proof of ownership now, so that it is a broken name, no takeover.
  bool claimable = true;
};

std::span<const TakeoverService> takeover_services();
/// The service that `target` belongs to, or null.
const TakeoverService* service_of(std::string_view target);

}  // namespace lr::domain
