#include "crypto/private_key.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <string>

#include "crypto/openssl.h"

namespace lr::crypto {
namespace {

std::string encoded(const EVP_PKEY* key, int (*encode)(const EVP_PKEY*, unsigned char**)) {
  unsigned char* bytes = nullptr;
  const int size = encode(key, &bytes);
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

int encode_pkcs8(const EVP_PKEY* key, unsigned char** out) {
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(key);
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info, out);
  PKCS8_PRIV_KEY_INFO_free(info);
  return size;
}

TEST(PrivateKey, IsTheSameInEveryForm) {
  for (const PkeyPtr& key :
       {PkeyPtr(EVP_RSA_gen(512)), PkeyPtr(EVP_RSA_gen(1024)), PkeyPtr(EVP_RSA_gen(2048)),
        PkeyPtr(EVP_EC_gen("P-256")), PkeyPtr(EVP_EC_gen("P-521"))}) {
    ASSERT_NE(key, nullptr);
    const auto wanted = sha256(encoded(key.get(), i2d_PUBKEY));
    EXPECT_EQ(public_key_digest(encoded(key.get(), encode_pkcs8)), wanted);
    EXPECT_EQ(public_key_digest(encoded(key.get(), i2d_PrivateKey)), wanted);
  }
}

TEST(PrivateKey, OfDsaIsKnown) {
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
  ASSERT_EQ(EVP_PKEY_paramgen_init(context.get()), 1);
  EVP_PKEY* parameters = nullptr;
  ASSERT_EQ(EVP_PKEY_paramgen(context.get(), &parameters), 1);
  const PkeyPtr owner(parameters);
  const PkeyContextPtr maker(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters, nullptr));
  ASSERT_EQ(EVP_PKEY_keygen_init(maker.get()), 1);
  EVP_PKEY* made = nullptr;
  ASSERT_EQ(EVP_PKEY_keygen(maker.get(), &made), 1);
  const PkeyPtr key(made);
  EXPECT_EQ(public_key_digest(encoded(key.get(), i2d_PrivateKey)),
            sha256(encoded(key.get(), i2d_PUBKEY)));
}

TEST(PrivateKey, NothingIsSaidAboutWhatHoldsNoPublicKey) {
  const PkeyPtr edwards(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  EXPECT_FALSE(public_key_digest(encoded(edwards.get(), encode_pkcs8)));
  EXPECT_FALSE(public_key_digest(encoded(edwards.get(), i2d_PUBKEY)));
  const PkeyPtr key(EVP_EC_gen("P-256"));
  for (const std::string& der :
       {encoded(key.get(), encode_pkcs8), encoded(key.get(), i2d_PrivateKey)}) {
    for (std::size_t size = 0; size < der.size(); ++size) {
      EXPECT_FALSE(public_key_digest(std::string_view(der).substr(0, size))) << size;
    }
    EXPECT_FALSE(public_key_digest(der + '\0'));
    for (std::size_t at = 0; at < der.size(); ++at) {  // Never reads past the end.
      for (const char c : {'\0', '\x30', '\x7F', '\x82', '\xFF'}) {
        std::string damaged = der;
        damaged[at] = c;
        public_key_digest(damaged);
      }
    }
  }
  EXPECT_FALSE(public_key_digest(std::string(20'000, '0')));
}

}  // namespace
}  // namespace lr::crypto
