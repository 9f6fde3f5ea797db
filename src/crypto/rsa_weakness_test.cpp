#include <gtest/gtest.h>

#include "crypto/jwk_impl.h"

namespace lr::crypto {
namespace {

bool is_prime(unsigned number) {
  for (unsigned d = 2; d * d <= number; ++d) {
    if (number % d == 0) return false;
  }
  return true;
}

/// 2^2048-ish * primorial + 65537^power: what the ROCA generator's moduli look like.
BignumPtr roca_like(unsigned power) {
  BignumPtr number(BN_new());
  BN_one(number.get());
  for (unsigned p = 3; p <= 167; ++p) {
    if (is_prime(p)) BN_mul_word(number.get(), p);
  }
  BN_lshift(number.get(), number.get(), 2047 - BN_num_bits(number.get()));
  const BignumPtr residue(BN_new());
  BN_one(residue.get());
  for (unsigned i = 0; i < power; ++i) BN_mul_word(residue.get(), 65537);
  BN_add(number.get(), number.get(), residue.get());
  return number;
}

TEST(RsaWeakness, FindsTheRocaFingerprint) {
  for (unsigned power = 0; power < 12; ++power) {
    EXPECT_TRUE(is_weak_modulus(roca_like(power).get())) << power;
  }
}

TEST(RsaWeakness, AModulusThatMissesOneConditionIsNotRoca) {
  const BignumPtr number = roca_like(3);
  int weak = 0;
  for (int i = 0; i < 200; ++i) {
    BN_add_word(number.get(), 2);
    weak += is_weak_modulus(number.get()) ? 1 : 0;
  }
  // Many neighbours have a tiny factor; some have none and must not be taken for ROCA keys.
  EXPECT_GT(weak, 0);
  EXPECT_LT(weak, 200);
}

TEST(RsaWeakness, FindsEvenModuliAndTinyFactors) {
  const BignumPtr number(BN_new());
  BN_one(number.get());
  BN_lshift(number.get(), number.get(), 2047);
  EXPECT_TRUE(is_weak_modulus(number.get()));
  BN_sub_word(number.get(), 1);  // 2^2047 - 1 is divisible by 47.
  EXPECT_TRUE(is_weak_modulus(number.get()));
}

}  // namespace
}  // namespace lr::crypto
