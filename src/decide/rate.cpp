#include "decide/rate.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace lr::decide {
namespace {

constexpr RateTime kFarthest = std::numeric_limits<RateTime>::max();
/// Longer windows and larger bursts than this mean "never again" and are cut off here.
constexpr std::int64_t kWindowMaxUs = std::int64_t{366} * 24 * 3600 * 1'000'000;
constexpr std::int64_t kToleranceMaxUs = kFarthest / 4;

RateTime add(RateTime a, std::int64_t b) {
  RateTime sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? kFarthest : std::numeric_limits<RateTime>::min();
}

std::int64_t difference(RateTime a, RateTime b) {
  std::int64_t out = 0;
  if (!__builtin_sub_overflow(a, b, &out)) return out;
  return a > b ? kFarthest : std::numeric_limits<RateTime>::min();
}

/// Time one request uses up. Rounded up, so that rounding never lets more through.
std::int64_t emission_us(const contract::Rate& rate) {
  const std::int64_t per_s =
      std::clamp<std::int64_t>(rate.per.count(), 1, kWindowMaxUs / 1'000'000);
  const std::int64_t per_us = per_s * 1'000'000;
  return (per_us + rate.count - 1) / rate.count;
}

/// The time a full burst uses up.
std::int64_t tolerance_us(const contract::Rate& rate, std::int64_t emission) {
  const std::int64_t burst = rate.burst != 0 ? rate.burst : rate.count;
  std::int64_t out = 0;
  if (__builtin_mul_overflow(burst, emission, &out)) return kToleranceMaxUs;
  return std::min(out, kToleranceMaxUs);
}

std::int64_t whole_seconds_up(std::int64_t us) { return us <= 0 ? 0 : (us - 1) / 1'000'000 + 1; }

/// A Structured Fields string (RFC 9651 section 3.3.3).
void append_quoted(std::string& out, std::string_view name) {
  const auto plain = [](char c) { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; };
  out += '"';
  if (std::ranges::all_of(name, plain)) {
    out += name;
  } else {
    for (const char c : name) {
      if (c < 0x20 || c > 0x7e) continue;
      if (!plain(c)) out += '\\';
      out += c;
    }
  }
  out += '"';
}

template <class Number>
void append_parameter(std::string& out, std::string_view name, Number number) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(name).append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

RateVerdict decide_rate(const contract::Rate& rate, RateTime stored, RateTime now) {
  RateVerdict verdict;
  if (rate.count == 0) {
    verdict.next = stored;
    verdict.retry_after_us = verdict.reset_us = kWindowMaxUs;
    return verdict;
  }
  const std::int64_t emission = emission_us(rate);
  const std::int64_t tolerance = tolerance_us(rate, emission);
  // A stamp from the past counts as unused quota; one beyond a full burst can only come from a
  // clock that went back, and must not lock anybody out for longer than a full burst lasts.
  const RateTime base = stored == 0 ? now : std::clamp(stored, now, add(now, tolerance));
  const RateTime next = add(base, emission);
  const std::int64_t used = difference(next, now);
  if (used > tolerance) {
    verdict.next = base;
    verdict.retry_after_us = used - tolerance;
    verdict.reset_us = difference(base, now);
    return verdict;
  }
  verdict.allowed = true;
  verdict.next = next;
  verdict.remaining = static_cast<std::uint32_t>(std::min<std::int64_t>(
      (tolerance - used) / emission, std::numeric_limits<std::uint32_t>::max()));
  verdict.reset_us = used;
  return verdict;
}

std::string rate_policy_member(std::string_view name, const contract::Rate& rate) {
  std::string out;
  append_quoted(out, name);
  append_parameter(out, ";q=", rate.count);
  append_parameter(out, ";w=", rate.per.count());
  return out;
}

std::string rate_state_member(std::string_view name, const RateVerdict& verdict) {
  std::string out;
  append_rate_state(out, name, verdict);
  return out;
}

void append_rate_state(std::string& out, std::string_view name, const RateVerdict& verdict) {
  const std::int64_t wait = verdict.allowed ? verdict.reset_us : verdict.retry_after_us;
  append_quoted(out, name);
  append_parameter(out, ";r=", verdict.remaining);
  append_parameter(out, ";t=", whole_seconds_up(wait));
}

}  // namespace lr::decide
