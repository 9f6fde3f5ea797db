#include "crypto/sha1.h"

#include <openssl/evp.h>

#include <array>

#include "base/error.h"
#include "crypto/digest.h"

namespace lr::crypto {

std::string sha1_hex(std::string_view bytes) {
  std::array<char, 20> out{};
  unsigned size = 0;
  LR_CHECK(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()),
                      &size, EVP_sha1(), nullptr) == 1 &&
           size == out.size());
  return hex(std::string_view(out.data(), out.size()));
}

}  // namespace lr::crypto
