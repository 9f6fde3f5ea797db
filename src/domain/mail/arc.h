// Validation of an Authenticated Received Chain (RFC 8617 section 5.2). ARC is on its way to
// Historic; it is read here because forwarded product mail carries it, and because its public
// suite is the hardest test of DKIM's grammar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/dns.h"
#include "domain/mail/message.h"

namespace lr::domain {

enum class ArcResult : std::uint8_t { kNone, kPass, kFail };
std::string_view arc_result_name(ArcResult result);  ///< "none", "pass", "fail"

struct ArcVerdict {
  ArcResult result = ArcResult::kNone;
  std::string why;
  int instances = 0;
};

inline constexpr int kArcInstances = 50;

ArcVerdict validate_arc(Resolver& resolver, const Message& message);

}  // namespace lr::domain
