// SipHash with a 128-bit result and a random key: keys come from clients, so nobody outside may
// know which of them share a bucket.
#pragma once

#include <cstdint>
#include <string_view>

namespace lr::store {

struct Fingerprint {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

class KeyedHash {
 public:
  /// With a random key.
  KeyedHash();
  KeyedHash(std::uint64_t key0, std::uint64_t key1) : key0_(key0), key1_(key1) {}
  /// SipHash-1-3, 128 bits (Aumasson and Bernstein; the reference code's byte order).
  Fingerprint operator()(std::string_view bytes) const;

 private:
  std::uint64_t key0_;
  std::uint64_t key1_;
};

}  // namespace lr::store
