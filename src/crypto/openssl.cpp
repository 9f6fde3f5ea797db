#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>

#include "base/error.h"

namespace lr::crypto {
namespace {

constexpr std::array<const char*, 3> kHashNames = {"SHA256", "SHA384", "SHA512"};

std::size_t index_of(Hash hash) { return static_cast<std::size_t>(hash); }

EVP_MAC_CTX* new_prototype(const char* hash_name) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  LR_CHECK(mac != nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);
  std::string name(hash_name);
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
      OSSL_PARAM_construct_end()};
  const unsigned char placeholder = 0;
  LR_CHECK(context != nullptr && EVP_MAC_init(context, &placeholder, 1, params) == 1);
  return context;
}

/// HMAC contexts that are only ever duplicated; the key is replaced in every duplicate.
const EVP_MAC_CTX* hmac_prototype(Hash hash) {
  static const std::array<const EVP_MAC_CTX*, 3> prototypes = {
      new_prototype(kHashNames[0]), new_prototype(kHashNames[1]), new_prototype(kHashNames[2])};
  return prototypes[index_of(hash)];
}

}  // namespace

std::size_t hash_bytes(Hash hash) {
  constexpr std::array<std::size_t, 3> sizes = {32, 48, 64};
  return sizes[index_of(hash)];
}

const EVP_MD* digest_algorithm(Hash hash) {
  static const std::array<const EVP_MD*, 3> algorithms = {
      EVP_MD_fetch(nullptr, kHashNames[0], nullptr), EVP_MD_fetch(nullptr, kHashNames[1], nullptr),
      EVP_MD_fetch(nullptr, kHashNames[2], nullptr)};
  const EVP_MD* algorithm = algorithms[index_of(hash)];
  LR_CHECK(algorithm != nullptr);
  return algorithm;
}

std::string hmac(Hash hash, std::string_view key, std::string_view message) {
  const MacContextPtr context(EVP_MAC_CTX_dup(hmac_prototype(hash)));
  LR_CHECK(context != nullptr);
  // A null key pointer would mean "keep the old key", also when its length is zero.
  const unsigned char empty = 0;
  const unsigned char* key_bytes = key.empty() ? &empty : bytes_of(key);
  std::string out(hash_bytes(hash), '\0');
  std::size_t size = 0;
  LR_CHECK(EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) == 1 &&
           EVP_MAC_update(context.get(), bytes_of(message), message.size()) == 1 &&
           EVP_MAC_final(context.get(), bytes_of(out), &size, out.size()) == 1 &&
           size == out.size());
  return out;
}

}  // namespace lr::crypto
