#include "guard/token_cache.h"

namespace lr::guard {

CallerPtr TokenCache::find(const crypto::Sha256& digest, WallTime now,
                           std::uint64_t keys_generation) {
  const auto found = index_.find(digest);
  if (found == index_.end()) return nullptr;
  const auto entry = found->second;
  if (now >= entry->until || entry->caller->keys_generation != keys_generation) {
    erase(entry);
    return nullptr;
  }
  if (entry != entries_.begin()) entries_.splice(entries_.begin(), entries_, entry);
  return entry->caller;
}

void TokenCache::insert(const crypto::Sha256& digest, CallerPtr caller, WallTime until) {
  if (entries_max_ == 0) return;
  if (const auto found = index_.find(digest); found != index_.end()) erase(found->second);
  while (entries_.size() >= entries_max_) erase(std::prev(entries_.end()));
  entries_.push_front({digest, std::move(caller), until});
  index_.emplace(digest, entries_.begin());
}

void TokenCache::erase(std::list<Entry>::iterator entry) {
  index_.erase(entry->digest);
  entries_.erase(entry);
}

}  // namespace lr::guard
