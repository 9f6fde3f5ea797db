#include "secrets/reported.h"

#include <algorithm>

namespace lr::secrets {
namespace {

/// So many are compared before all of them are looked up by their bytes.
constexpr std::size_t kTries = 4;

}  // namespace

void Reported::add(Range secret) {
  sorted_ = sorted_ && (secrets_.empty() || secrets_.back().begin <= secret.begin);
  secrets_.push_back(secret);
  places_.clear();
}

bool Reported::is_at(std::size_t index, std::string_view secret, Range within) const {
  const Range& range = secrets_[index];
  return range.begin < within.end && range.end > within.begin &&
         text_.substr(range.begin, range.end - range.begin) == secret;
}

bool Reported::holds_next(std::string_view secret, Range within) {
  if (!sorted_) std::ranges::sort(secrets_, {}, &Range::begin);
  sorted_ = true;
  for (std::size_t i = last_; i < std::min(secrets_.size(), last_ + kTries); ++i) {
    if (!is_at(i, secret, within)) continue;
    last_ = i;
    return true;
  }
  return false;
}

bool Reported::holds(std::string_view secret, Range within) {
  if (holds_next(secret, within)) return true;
  const auto first = std::ranges::partition_point(
      secrets_, [&](const Range& range) { return range.begin + secret.size() <= within.begin; });
  auto i = static_cast<std::size_t>(first - secrets_.begin());
  for (const std::size_t end = i + kTries; i < end; ++i) {
    if (i == secrets_.size() || secrets_[i].begin >= within.end) return false;
    if (!is_at(i, secret, within)) continue;
    last_ = i;
    return true;
  }
  return is_known(secret, within);
}

bool Reported::is_known(std::string_view secret, Range within) {
  if (places_.empty()) {
    for (const Range& range : secrets_) {
      places_[text_.substr(range.begin, range.end - range.begin)].push_back(range.begin);
    }
  }
  const auto places = places_.find(secret);
  if (places == places_.end()) return false;
  const auto begin = std::ranges::partition_point(
      places->second, [&](std::size_t at) { return at + secret.size() <= within.begin; });
  return begin != places->second.end() && *begin < within.end;
}

}  // namespace lr::secrets
