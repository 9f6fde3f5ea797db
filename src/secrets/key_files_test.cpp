// Private keys that OpenSSL writes, in every shape that people paste them in, against the rules of
// the product.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "crypto/digest.h"
#include "crypto/openssl.h"
#include "secrets/catalogue.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

using Ids = std::multiset<std::string>;

class Names final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override { ids.insert(candidate.rule->id); }
  Ids ids;
};

Ids found_in(std::string_view bytes) {
  static const auto catalogue = Catalogue::built_in();
  Names names;
  Scanner scanner(**catalogue, names);
  Document document;
  document.path = "deploy/settings.env";
  document.bytes = bytes;
  scanner.visit(document);
  return names.ids;
}

/// What `write` puts into the buffer that OpenSSL makes.
std::string bytes_of(const std::function<int(unsigned char**)>& write) {
  unsigned char* out = nullptr;
  const int size = write(&out);
  EXPECT_GT(size, 0);
  std::string bytes(reinterpret_cast<char*>(out), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(out);
  return bytes;
}

/// RFC 8017 or RFC 5915 where there is such a form, else RFC 5958.
std::string traditional(EVP_PKEY* key) {
  return bytes_of([&](unsigned char** out) { return i2d_PrivateKey(key, out); });
}

std::string pkcs8(EVP_PKEY* key) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
      EVP_PKEY2PKCS8(key), PKCS8_PRIV_KEY_INFO_free);
  return bytes_of([&](unsigned char** out) { return i2d_PKCS8_PRIV_KEY_INFO(info.get(), out); });
}

std::string pkcs12(EVP_PKEY* key) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_pubkey(certificate.get(), key);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  EXPECT_GT(X509_sign(certificate.get(), key, EVP_sha256()), 0);
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> store(
      PKCS12_create("correct horse", "k", key, certificate.get(), nullptr, 0, 0, 0, 0, 0),
      PKCS12_free);
  return bytes_of([&](unsigned char** out) { return i2d_PKCS12(store.get(), out); });
}

std::vector<crypto::PkeyPtr> some_keys() {
  std::vector<crypto::PkeyPtr> keys;
  for (const unsigned bits : {1024U, 2048U, 3072U}) keys.emplace_back(EVP_RSA_gen(bits));
  for (const char* curve : {"P-256", "P-384", "P-521", "secp256k1"}) {
    keys.emplace_back(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
  }
  for (const char* name : {"ED25519", "X25519"}) {
    keys.emplace_back(EVP_PKEY_Q_keygen(nullptr, nullptr, name));
  }
  return keys;
}

std::string wrapped(std::string_view base64, std::size_t width) {
  std::string text;
  for (std::size_t i = 0; i < base64.size(); i += width) {
    text.append(base64.substr(i, width)).append("\n");
  }
  return text;
}

TEST(KeyFiles, KeysInBase64AreFoundWithoutTheirLinesOfPem) {
  for (const crypto::PkeyPtr& key : some_keys()) {
    for (const std::string& der : {traditional(key.get()), pkcs8(key.get())}) {
      const std::string base64 = crypto::base64_encode(der);
      const Ids expected = {"private-key-base64"};
      EXPECT_EQ(found_in("SIGNER=" + base64 + "\n"), expected) << base64.substr(0, 30);
      EXPECT_EQ(found_in(fmt::format(R"({{"a": "{}"}})", base64)), expected);
      EXPECT_EQ(found_in(base64), expected);
      std::string open = base64.substr(0, base64.find('='));
      EXPECT_EQ(found_in("k: " + open + "\n"), expected);
    }
  }
}

TEST(KeyFiles, WithTheirLinesOfPemTheyAreFoundOnce) {
  for (const crypto::PkeyPtr& key : some_keys()) {
    const std::string base64 = crypto::base64_encode(pkcs8(key.get()));
    for (const std::string& body : {base64, "\n" + wrapped(base64, 64), " " + base64 + " "}) {
      EXPECT_EQ(found_in("-----BEGIN PRIVATE KEY-----" + body + "-----END PRIVATE KEY-----\n"),
                Ids{"private-key"});
    }
  }
}

TEST(KeyFiles, PublicKeysAreNone) {
  for (const crypto::PkeyPtr& key : some_keys()) {
    const std::string der =
        bytes_of([&](unsigned char** out) { return i2d_PUBKEY(key.get(), out); });
    EXPECT_EQ(found_in("PEM=" + crypto::base64_encode(der)), Ids{});
    EXPECT_EQ(found_in(der), Ids{});
  }
}

TEST(KeyFiles, WhatIsCutOffOrNoKeyIsNone) {
  const crypto::PkeyPtr key(EVP_RSA_gen(2048));
  const std::string base64 = crypto::base64_encode(pkcs8(key.get()));
  EXPECT_EQ(found_in("k: " + base64.substr(0, base64.size() - 8)), Ids{});
  EXPECT_EQ(found_in("k: " + base64.substr(0, base64.find('=')) + "AAAA"), Ids{});
}

TEST(KeyFiles, KeysInDerAreFound) {
  const crypto::PkeyPtr key(EVP_RSA_gen(2048));
  EXPECT_EQ(found_in(pkcs8(key.get())), Ids{"der-private-key"});
}

TEST(KeyFiles, KeyStoresAreFoundAsFilesAndInBase64) {
  for (const crypto::PkeyPtr& key : some_keys()) {
    if (EVP_PKEY_is_a(key.get(), "X25519") != 0) continue;   // Signs nothing.
    if (EVP_PKEY_is_a(key.get(), "ED25519") != 0) continue;  // Not with SHA-256.
    const std::string store = pkcs12(key.get());
    const std::string base64 = crypto::base64_encode(store);
    for (const std::string& text : {store, "P12=" + base64, wrapped(base64, 76)}) {
      EXPECT_EQ(found_in(text), Ids{"pkcs12-key-store"}) << text.size();
    }
  }
}

}  // namespace
}  // namespace lr::secrets
