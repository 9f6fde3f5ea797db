#include "domain/edge/cache_signs.h"

#include <algorithm>

namespace lr::domain {
namespace {

bool is_number_above_zero(std::string_view text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return digits && text.find_first_not_of('0') != std::string_view::npos;
}

/// RFC 9211: "ExampleCache; hit".
bool says_hit(std::string_view status) {
  const std::string lower = text::lower_ascii(status);
  const std::size_t at = lower.find("; hit");
  if (at == std::string::npos) return false;
  const char next = at + 5 < lower.size() ? lower[at + 5] : ';';
  return next == ';' || next == ',' || next == ' ';
}

std::string directives(const text::Headers& headers) {
  std::string out;
  for (const text::Header& field : headers) {
    if (text::equals_ignoring_case(field.name, "Cache-Control")) {
      out += text::lower_ascii(field.value) + ",";
    }
  }
  return out;
}

bool has_directive(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view one = text::trim_ows(list.substr(0, end));
    if (text::trim_ows(one.substr(0, one.find('='))) == name) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

bool came_from_cache(const text::Headers& headers) {
  const auto cloudflare = headers.get("CF-Cache-Status");
  if (cloudflare) {
    static constexpr std::string_view kServed[] = {"HIT", "STALE", "UPDATING", "REVALIDATED"};
    return std::ranges::any_of(kServed, [&](std::string_view served) {
      return text::equals_ignoring_case(*cloudflare, served);
    });
  }
  const std::string x_cache = text::lower_ascii(headers.get("X-Cache").value_or(""));
  if (x_cache.starts_with("hit") || x_cache.contains(" hit") || x_cache.contains("_hit")) {
    return true;
  }
  if (says_hit(headers.get("Cache-Status").value_or(""))) return true;
  return is_number_above_zero(text::trim_ows(headers.get("Age").value_or("")));
}

bool invites_shared_caches(const text::Headers& headers) {
  const std::string list = directives(headers);
  if (has_directive(list, "private") || has_directive(list, "no-store") ||
      has_directive(list, "no-cache")) {
    return false;
  }
  return has_directive(list, "public") || has_directive(list, "s-maxage");
}

}  // namespace lr::domain
