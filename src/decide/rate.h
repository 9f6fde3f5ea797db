// Rate limits by the generic cell rate algorithm (GCRA, ITU-T I.371; the virtual scheduling form):
// one time stamp per key, no windows to straddle.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "contract/contract.h"

namespace lr::decide {

/// Microseconds on any steady scale shared by all calls for one key.
using RateTime = std::int64_t;

struct RateVerdict {
  bool allowed = false;
  RateTime next = 0;            ///< New theoretical arrival time to store when allowed.
  std::uint32_t remaining = 0;  ///< Whole requests that would be allowed right now after this one.
  std::int64_t retry_after_us = 0;  ///< When refused: until one request is allowed.
  std::int64_t reset_us = 0;        ///< Until the full quota is back.
};

/// `stored` is the key's theoretical arrival time, or 0 for a new key.
RateVerdict decide_rate(const contract::Rate& rate, RateTime stored, RateTime now);

/// RateLimit-Policy and RateLimit members (draft-ietf-httpapi-ratelimit-headers-11), e.g.
/// `"chat-user";q=10;w=60` and `"chat-user";r=3;t=12`.
std::string rate_policy_member(std::string_view name, const contract::Rate& rate);
std::string rate_state_member(std::string_view name, const RateVerdict& verdict);
/// The same at the end of `out`, for the request path.
void append_rate_state(std::string& out, std::string_view name, const RateVerdict& verdict);

}  // namespace lr::decide
