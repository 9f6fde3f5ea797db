#include "domain/edge/cloudflare_ranges.h"

#include <algorithm>

namespace lr::domain {

std::vector<text::IpPrefix> cloudflare_ranges() {
  std::vector<text::IpPrefix> out;
  for (const std::string_view range : kCloudflareRanges) {
    Result<text::IpPrefix> prefix = text::parse_ip_prefix(range);
    LR_CHECK(prefix.has_value());
    out.push_back(*prefix);
  }
  return out;
}

bool is_in(const std::vector<text::IpPrefix>& ranges, const text::IpAddress& ip) {
  return std::ranges::any_of(ranges, [&](const auto& range) { return range.contains(ip); });
}

}  // namespace lr::domain
