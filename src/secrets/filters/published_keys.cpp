#include <algorithm>
#include <ranges>
#include <string>

#include "secrets/filters/filters.h"
#include "secrets/filters/published_keys_table.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kDigestBytes = 12;
constexpr std::size_t kTextSize = 16;
constexpr std::size_t kEntrySize = kTextSize + 1;

}  // namespace

std::string_view publisher_of(const crypto::Sha256& public_key) {
  const std::string_view digest(reinterpret_cast<const char*>(public_key.data()), kDigestBytes);
  const std::string wanted = crypto::base64url_encode(digest);
  const auto text_of = [](std::size_t entry) {
    return kPublishedKeys.substr(entry * kEntrySize, kTextSize);
  };
  const auto entries = std::views::iota(std::size_t{0}, kPublishedKeys.size() / kEntrySize);
  const auto found = std::ranges::lower_bound(entries, std::string_view(wanted), {}, text_of);
  if (found == entries.end() || text_of(*found) != wanted) return "";
  return kPublishers[static_cast<std::size_t>(kPublishedKeys[*found * kEntrySize + kTextSize] -
                                              'A')];
}

}  // namespace lr::secrets
