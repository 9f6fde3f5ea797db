#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>

#include "lab_domain.h"

namespace lr::domain::lab {
namespace {

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyFree>;

std::string base64(const std::string& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string out(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

const DkimPair& usual_pair() {
  static const DkimPair pair = dkim_pair(2048);
  return pair;
}

}  // namespace

DkimPair dkim_pair(int bits) {
  const KeyPtr key(EVP_RSA_gen(static_cast<unsigned>(bits)));
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return {"v=DKIM1; k=rsa; p=" + base64(bytes), pem_of(key.get())};
}

std::string dkim_record(int bits) {
  return bits == 2048 ? usual_pair().record : dkim_pair(bits).record;
}

std::string usual_dkim_key() { return usual_pair().private_key; }

std::string dkim_ed25519_record() {
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  std::string raw(32, '\0');
  std::size_t size = raw.size();
  EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
  return "v=DKIM1; k=ed25519; p=" + base64(raw);
}

std::string quoted_strings(std::string_view text) {
  constexpr std::size_t kMost = 255;
  std::string out;
  for (; !text.empty(); text.remove_prefix(std::min(kMost, text.size()))) {
    out += (out.empty() ? "\"" : " \"") + std::string(text.substr(0, kMost)) + "\"";
  }
  return out;
}

}  // namespace lr::domain::lab
