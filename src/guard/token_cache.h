// Verified credentials by the SHA-256 of the credential, so that a signature is checked once and
// not on every request. Bounded, least recently used goes first. One per worker: no locks.
#pragma once

#include <cstring>
#include <list>
#include <unordered_map>

#include "base/clock.h"
#include "crypto/digest.h"
#include "guard/caller.h"

namespace lr::guard {

class TokenCache {
 public:
  explicit TokenCache(std::size_t entries_max) : entries_max_(entries_max) {}

  /// Null when unknown, expired, or verified under keys of another generation.
  CallerPtr find(const crypto::Sha256& digest, WallTime now, std::uint64_t keys_generation);
  void insert(const crypto::Sha256& digest, CallerPtr caller, WallTime until);
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    crypto::Sha256 digest;
    CallerPtr caller;
    WallTime until;
  };
  /// The digest is uniform already.
  struct DigestHash {
    std::size_t operator()(const crypto::Sha256& digest) const noexcept {
      std::size_t out = 0;
      std::memcpy(&out, digest.data(), sizeof out);
      return out;
    }
  };
  void erase(std::list<Entry>::iterator entry);

  std::size_t entries_max_;
  std::list<Entry> entries_;  ///< Most recently used first.
  std::unordered_map<crypto::Sha256, std::list<Entry>::iterator, DigestHash> index_;
};

}  // namespace lr::guard
