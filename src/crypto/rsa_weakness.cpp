#include <algorithm>
#include <array>

#include "crypto/jwk_impl.h"

namespace lr::crypto {
namespace {

constexpr std::array<unsigned, 38> kSmallPrimes = {
    3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
    73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

/// Whether `residue` is a power of 65537 modulo `prime`. Primes of the ROCA generator have the form
/// k * M + (65537^a mod M) with M the product of small primes, so for every one of those primes the
/// modulus is such a power. For a random modulus all 38 conditions hold once in about 2^27 keys.
bool is_power_of_65537(unsigned residue, unsigned prime) {
  const unsigned step = 65537 % prime;
  unsigned power = 1;
  do {
    if (power == residue) return true;
    power = power * step % prime;
  } while (power != 1);
  return false;
}

}  // namespace

bool is_weak_modulus(const BIGNUM* modulus) {
  if (BN_is_odd(modulus) == 0) return true;
  bool roca = true;
  for (const unsigned prime : kSmallPrimes) {
    const auto residue = static_cast<unsigned>(BN_mod_word(modulus, prime));
    if (residue == 0) return true;
    roca = roca && is_power_of_65537(residue, prime);
  }
  return roca;
}

}  // namespace lr::crypto
