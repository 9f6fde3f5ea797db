#include "secrets/findings/imported_suppressions.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace lr::secrets {
namespace {

using Index = std::unordered_multimap<std::string_view, const ImportedSuppression*>;

bool any_covers(const Index& index, std::string_view key, const SuppressionQuestion& question) {
  const auto [begin, end] = index.equal_range(key);
  return std::any_of(begin, end, [&](const auto& item) { return covers(*item.second, question); });
}

}  // namespace

std::size_t drop_imported(Inventory& inventory, std::span<const ImportedSuppression> entries) {
  Index by_digest;
  Index by_path;
  for (const ImportedSuppression& entry : entries) {
    if (entry.secret_sha1.empty()) {
      by_path.emplace(entry.path, &entry);
    } else {
      by_digest.emplace(entry.secret_sha1, &entry);
    }
  }
  return inventory.drop_places([&](const Inventory::Occurrence& found) {
    const std::string sha1 = secret_sha1_of(found.value);
    const SuppressionQuestion question{found.rule.id, found.rule.family, &found.place, sha1};
    return any_covers(by_digest, sha1, question) || any_covers(by_path, found.place.path, question);
  });
}

}  // namespace lr::secrets
