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

// RFC 8410 section 10: the private key of 10.3 and the public one of 10.1.
constexpr std::string_view kPrivate =
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
constexpr std::string_view kPublic = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

TEST(PrivateKey, IsKnownByItsPublicKey) {
  EXPECT_EQ(public_key_digest(*base64_decode(kPrivate)), sha256(*base64_decode(kPublic)));
}

TEST(PrivateKey, IsTheSameInEveryForm) {
  for (const PkeyPtr& key : {PkeyPtr(EVP_RSA_gen(1024)), PkeyPtr(EVP_EC_gen("P-256")),
                             PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))}) {
    ASSERT_NE(key, nullptr);
    const auto wanted = sha256(encoded(key.get(), i2d_PUBKEY));
    EXPECT_EQ(public_key_digest(encoded(key.get(), encode_pkcs8)), wanted);
    EXPECT_EQ(public_key_digest(encoded(key.get(), i2d_PrivateKey)), wanted);
  }
}

TEST(PrivateKey, NothingIsSaidAboutWhatIsNoKey) {
  const std::string der = *base64_decode(kPrivate);
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(public_key_digest(std::string_view(der).substr(0, size))) << size;
  }
  EXPECT_FALSE(public_key_digest(der + '\0'));
  EXPECT_FALSE(public_key_digest(*base64_decode(kPublic)));
  EXPECT_FALSE(public_key_digest(std::string(20'000, '0')));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace lr::crypto
