#include "store/owner_mirror.h"

#include <string>
#include <tuple>

namespace lr::store {

bool OwnerMirror::Order::operator()(const OwnerRecord& a, const OwnerRecord& b) const {
  return std::tie(a.user, a.tenant, a.issuer) < std::tie(b.user, b.tenant, b.issuer);
}

Fingerprint OwnerMirror::print(std::string_view object, std::string_view id) const {
  thread_local std::string both;  // Keeps its capacity: looking up allocates nothing.
  both.assign(object);
  both += '\0';  // Object names come from the contract and have none.
  both += id;
  return hash_(both);
}

const OwnerRecord* OwnerMirror::intern(const OwnerRecord& owner) {
  const std::lock_guard lock(known_mutex_);
  return &*known_.insert(owner).first;
}

std::optional<OwnerRecord> OwnerMirror::find(std::string_view object, std::string_view id) const {
  const Fingerprint key = print(object, id);
  const Shard& shard = shards_[key.low % shards_.size()];
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.owners.find(key);
  if (found == shard.owners.end()) return std::nullopt;
  return *found->second;
}

Result<> OwnerMirror::learn(std::string_view object, std::string_view id,
                            const OwnerRecord& owner) {
  if (id.empty() || id.size() > kObjectIdBytes) {
    return fail(Code::kInvalidArgument, "an object id is empty or too long");
  }
  const Fingerprint key = print(object, id);
  const OwnerRecord* shared = intern(owner);
  Shard& shard = shards_[key.low % shards_.size()];
  const std::unique_lock lock(shard.mutex);
  const auto found = shard.owners.find(key);
  if (found != shard.owners.end()) {
    if (found->second == shared) return {};
    return fail(Code::kConflict, "the object has another owner");
  }
  if (size() >= kOwnedObjectsMax) {
    return fail(Code::kResourceExhausted, "too many objects with an owner");
  }
  shard.owners.emplace(key, shared);
  size_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

void OwnerMirror::forget(std::string_view object, std::string_view id) {
  const Fingerprint key = print(object, id);
  Shard& shard = shards_[key.low % shards_.size()];
  const std::unique_lock lock(shard.mutex);
  size_.fetch_sub(shard.owners.erase(key), std::memory_order_relaxed);
}

}  // namespace lr::store
