#include "domain/overlay_resolver.h"

#include <algorithm>

namespace lr::domain {
namespace {

bool added_by_the_signer(RecordType type) {
  return type == RecordType::kDnskey || type == RecordType::kCds || type == RecordType::kCdnskey ||
         type == RecordType::kNsec3Param || type == RecordType::kRrsig || type == RecordType::kNsec;
}

}  // namespace

bool is_at_or_below(std::string_view name, std::string_view ancestor) {
  if (ancestor.empty()) return true;
  if (!name.ends_with(ancestor)) return false;
  return name.size() == ancestor.size() || name[name.size() - ancestor.size() - 1] == '.';
}

OverlayResolver::OverlayResolver(const ZoneFile& file, Resolver& rest)
    : origin_(canonical_name(file.origin)), zone_(file.zone()), rest_(rest) {
  for (const ZoneFileRecord& entry : file.records) {
    const std::string owner = canonical_name(entry.record.name);
    if (entry.record.type == RecordType::kNs && owner != origin_) cuts_.insert(owner);
    if (entry.record.type == RecordType::kSoa && owner == origin_) is_part_ = false;
  }
}

bool OverlayResolver::is_ours(const std::string& name, RecordType type) const {
  if (!is_at_or_below(name, origin_)) return false;
  if (name == origin_) return type != RecordType::kDs;
  for (std::string above = name; above != origin_;) {
    const bool own_ds = type == RecordType::kDs && above == name;
    if (cuts_.contains(above) && !own_ds) return false;
    above.erase(0, above.find('.') + 1);
  }
  return true;
}

/// What the file does not have, and need not.
bool OverlayResolver::is_elsewhere(const std::string& name, RecordType type) const {
  const bool of_the_zone = type == RecordType::kSoa || type == RecordType::kNs;
  return added_by_the_signer(type) || (is_part_ && name == origin_ && of_the_zone);
}

Answer OverlayResolver::query(std::string_view asked, RecordType type) {
  std::string name = canonical_name(asked);
  std::vector<std::string> aliases;
  for (std::size_t turn = 0; turn <= Zone::kAliases; ++turn) {
    const bool ours = is_ours(name, type);
    Answer answer = ours ? zone_.query(name, type) : rest_.query(name, type);
    if (ours && answer.empty() && answer.aliases.empty() && is_elsewhere(name, type)) {
      answer = rest_.query(name, type);
    }
    // The first alias that the other side answers for is asked there.
    const auto crossing = std::ranges::find_if(
        answer.aliases, [&](const std::string& alias) { return is_ours(alias, type) != ours; });
    if (crossing == answer.aliases.end()) {
      answer.aliases.insert(answer.aliases.begin(), aliases.begin(), aliases.end());
      return answer;
    }
    name = *crossing;
    aliases.insert(aliases.end(), answer.aliases.begin(), crossing + 1);
  }
  Answer endless;
  endless.aliases = std::move(aliases);
  endless.why = "the CNAME chain does not end";
  return endless;
}

}  // namespace lr::domain
