#include "crypto/private_key.h"

#include <openssl/x509.h>

#include "crypto/openssl.h"

namespace lr::crypto {
namespace {

/// RSA with 16,384 bits is smaller.
constexpr std::size_t kDerBytesMax = 16 * 1024;

void free_encoded(unsigned char* bytes) { OPENSSL_free(bytes); }

}  // namespace

std::optional<Sha256> public_key_digest(std::string_view der) {
  if (der.empty() || der.size() > kDerBytesMax) return std::nullopt;
  const ErrorQueueScope errors;
  const unsigned char* at = bytes_of(der);
  const PkeyPtr key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  if (key == nullptr || at != bytes_of(der) + der.size()) return std::nullopt;
  unsigned char* encoded = nullptr;
  const int size = i2d_PUBKEY(key.get(), &encoded);
  const std::unique_ptr<unsigned char, OpensslFree<free_encoded>> owner(encoded);
  if (size <= 0) return std::nullopt;
  return sha256({reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)});
}

}  // namespace lr::crypto
