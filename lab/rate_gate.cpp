#include "lab/rate_gate.h"

#include <algorithm>
#include <utility>

namespace lr::lab {

RateAnswer RateGate::take(const RateRule& rule, std::string_view key, MonoTime now) {
  if (arrivals_.size() >= kKeysMax) {
    std::erase_if(arrivals_, [now](const auto& entry) { return entry.second <= now; });
    // Still full: forgetting everybody costs an attacker's victims nothing but a fresh quota.
    if (arrivals_.size() >= kKeysMax) arrivals_.clear();
  }
  // Refills a tenth faster than promised: behind a gateway that enforces the same numbers, a
  // request that the gateway let through must not fail here because it arrived a little early.
  const nanoseconds period = nanoseconds(rule.per) * 9 / 10;
  const nanoseconds interval = period / std::max(rule.count, 1U);
  std::string slot(rule.name);
  slot.append(1, '\0').append(key);
  MonoTime& arrival = arrivals_.try_emplace(std::move(slot), now).first->second;
  const MonoTime base = std::max(arrival, now);
  const MonoTime allowed_from = base + interval - period;
  RateAnswer answer;
  if (allowed_from > now) {
    const auto wait = std::chrono::ceil<seconds>(allowed_from - now);
    answer.retry_after = std::max(wait, seconds(1));
    return answer;
  }
  arrival = base + interval;
  answer.allowed = true;
  answer.remaining = static_cast<std::uint32_t>((now - allowed_from) / interval);
  return answer;
}

}  // namespace lr::lab
