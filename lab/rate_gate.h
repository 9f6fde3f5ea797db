// The lab's own rate limits: GCRA, one time stamp per key.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace lr::lab {

struct RateRule {
  std::string_view name;  ///< As it stands in RateLimit-Policy.
  std::uint32_t count = 0;
  seconds per{60};
};

struct RateAnswer {
  bool allowed = false;
  std::uint32_t remaining = 0;
  seconds retry_after{0};  ///< At least 1 when refused.
};

/// Counts by rule and key. Bounded: keys whose quota is full again are forgotten.
class RateGate {
 public:
  RateAnswer take(const RateRule& rule, std::string_view key, MonoTime now);
  std::size_t size() const { return arrivals_.size(); }

 private:
  static constexpr std::size_t kKeysMax = 20'000;
  std::unordered_map<std::string, MonoTime> arrivals_;  ///< Theoretical arrival times.
};

}  // namespace lr::lab
