#include "domain/tls/suites.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lr::domain::tls {
namespace {

TEST(Suites, AreAllThatAreRegisteredSortedAndUnique) {
  const auto all = cipher_suites();
  EXPECT_GE(all.size(), 350U);
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].code, all[i].code);
}

struct Expected {
  std::uint16_t code;
  const char* name;
  const char* exchange;
  const char* authentication;
  const char* encryption;
  const char* mac;
  int bits;
};

TEST(Suites, AreTakenApartRightly) {
  constexpr Expected kRows[] = {
      {0x0000, "TLS_NULL_WITH_NULL_NULL", "NULL", "NULL", "NULL_NULL", "", 0},
      {0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "RSA", "RSA", "RC4_40", "MD5", 40},
      {0x0005, "TLS_RSA_WITH_RC4_128_SHA", "RSA", "RSA", "RC4_128", "SHA", 128},
      {0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "RSA", "RSA", "3DES_EDE_CBC", "SHA", 112},
      {0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA", "DH", "anon", "AES_128_CBC", "SHA", 128},
      {0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "DHE", "RSA", "AES_128_GCM", "SHA256", 128},
      {0x1303, "TLS_CHACHA20_POLY1305_SHA256", "", "", "CHACHA20_POLY1305", "SHA256", 256},
      {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE", "ECDSA", "AES_128_GCM", "SHA256",
       128},
      {0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "ECDHE", "ECDSA", "AES_128_CCM_8", "", 128},
      {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE", "RSA", "CHACHA20_POLY1305",
       "SHA256", 256},
  };
  for (const Expected& row : kRows) {
    const CipherSuite* suite = find_suite(row.code);
    ASSERT_NE(suite, nullptr) << row.name;
    EXPECT_EQ(suite_name(row.code), row.name);
    EXPECT_EQ(suite->key_exchange, row.exchange) << row.name;
    EXPECT_EQ(suite->authentication, row.authentication) << row.name;
    EXPECT_EQ(suite->encryption, row.encryption) << row.name;
    EXPECT_EQ(suite->mac, row.mac) << row.name;
    EXPECT_EQ(suite->bits, row.bits) << row.name;
  }
  EXPECT_EQ(suite_name(0xfafa), "0xFAFA");
}

TEST(Suites, AreFlaggedForWhatIsWrongWithThem) {
  const auto count = [](auto flag) { return std::ranges::count_if(cipher_suites(), flag); };
  for (const CipherSuite& suite : cipher_suites()) {
    const std::string_view name = suite.name;
    EXPECT_EQ(suite.exported, name.contains("EXPORT")) << name;
    EXPECT_EQ(suite.rc4, name.contains("RC4")) << name;
    EXPECT_EQ(suite.cbc, name.contains("CBC")) << name;
    EXPECT_EQ(suite.anonymous, name.contains("anon") || suite.code == 0) << name;
    EXPECT_EQ(suite.md5, name.ends_with("MD5")) << name;
    EXPECT_FALSE(suite.aead && suite.cbc) << name;
    EXPECT_EQ(suite.bits == 0, suite.null) << name;
    EXPECT_TRUE(!suite.exported || suite.bits <= 56) << name;
    EXPECT_TRUE(suite.bits > 0 || suite.null) << name;
  }
  EXPECT_EQ(count([](const CipherSuite& s) { return s.tls13; }), 15);
  EXPECT_GT(count([](const CipherSuite& s) { return s.aead && s.forward_secret; }), 40);
}

TEST(Groups, KnowTheWeakAndThePostQuantumOnes) {
  EXPECT_TRUE(find_group(kX25519MlKem768)->post_quantum);
  EXPECT_TRUE(find_group(0x0013)->weak());   // secp192r1
  EXPECT_FALSE(find_group(0x0017)->weak());  // secp256r1
  EXPECT_FALSE(find_group(0x0100)->weak());  // ffdhe2048
  EXPECT_GE(groups().size(), 20U);
}

}  // namespace
}  // namespace lr::domain::tls
