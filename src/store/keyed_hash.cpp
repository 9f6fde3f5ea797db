#include "store/keyed_hash.h"

#include <bit>
#include <cstring>

#include "base/rng.h"

namespace lr::store {
namespace {

struct SipState {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }

  std::uint64_t squeeze() {
    round();
    round();
    round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

static_assert(std::endian::native == std::endian::little, "words are read in memory order");

}  // namespace

KeyedHash::KeyedHash() {
  SystemRng rng;
  key0_ = rng.next_u64();
  key1_ = rng.next_u64();
}

Fingerprint KeyedHash::operator()(std::string_view bytes) const {
  SipState state{key0_ ^ 0x736f6d6570736575ull, key1_ ^ 0x646f72616e646f6dull ^ 0xee,
                 key0_ ^ 0x6c7967656e657261ull, key1_ ^ 0x7465646279746573ull};
  const std::size_t whole = bytes.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    state.absorb(word);
  }
  std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
  for (std::size_t i = whole; i < bytes.size(); ++i) {
    last |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * (i - whole));
  }
  state.absorb(last);
  state.v2 ^= 0xee;
  const std::uint64_t low = state.squeeze();
  state.v1 ^= 0xdd;
  return {low, state.squeeze()};
}

}  // namespace lr::store
