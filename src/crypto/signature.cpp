// Signatures as JWS defines them, on top of OpenSSL's EVP interface.
#include <openssl/rsa.h>

#include "crypto/digest.h"
#include "crypto/jwk_impl.h"

namespace lr::crypto {
namespace {

/// PS*: salt as long as the hash, MGF1 with the same hash (RFC 7518 section 3.5).
bool use_pss(EVP_PKEY_CTX* context, const EVP_MD* digest) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/// EdDSA hashes by itself and takes no digest.
const EVP_MD* digest_for(const AlgorithmTraits& how) {
  return how.type == KeyType::kOkp ? nullptr : digest_algorithm(how.hash);
}

/// r||s to the DER form OpenSSL wants. Empty unless both halves have the exact length and are not
/// zero; that they are below the group order is checked by the verification itself.
std::string ecdsa_to_der(std::string_view raw, std::size_t half) {
  if (raw.size() != 2 * half) return {};
  const int size = static_cast<int>(half);
  BignumPtr r(BN_bin2bn(bytes_of(raw), size, nullptr));
  BignumPtr s(BN_bin2bn(bytes_of(raw.substr(half)), size, nullptr));
  const EcdsaSignaturePtr pair(ECDSA_SIG_new());
  LR_CHECK(r != nullptr && s != nullptr && pair != nullptr);
  if (BN_is_zero(r.get()) || BN_is_zero(s.get())) return {};
  LR_CHECK(ECDSA_SIG_set0(pair.get(), r.release(), s.release()) == 1);
  const int length = i2d_ECDSA_SIG(pair.get(), nullptr);
  LR_CHECK(length > 0);
  std::string der(static_cast<std::size_t>(length), '\0');
  unsigned char* out = bytes_of(der);
  LR_CHECK(i2d_ECDSA_SIG(pair.get(), &out) == length);
  return der;
}

std::string ecdsa_from_der(std::string_view der, std::size_t half) {
  const unsigned char* in = bytes_of(der);
  const EcdsaSignaturePtr pair(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  LR_CHECK(pair != nullptr);
  std::string raw(2 * half, '\0');
  const int size = static_cast<int>(half);
  LR_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes_of(raw), size) == size &&
           BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes_of(raw) + half, size) == size);
  return raw;
}

}  // namespace

Result<std::string> sign_raw(const Jwk::Impl& key, Algorithm algorithm, std::string_view message) {
  const AlgorithmTraits& how = traits(algorithm);
  const ErrorQueueScope errors;
  if (key.type == KeyType::kOct) return hmac(how.hash, key.hmac_key.expose(), message);
  const DigestContextPtr context(EVP_MD_CTX_new());
  LR_CHECK(context != nullptr);
  EVP_PKEY_CTX* options = nullptr;
  const EVP_MD* digest = digest_for(how);
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), &options, digest, nullptr, key.pkey.get()) != 1 ||
      (how.pss && !use_pss(options, digest)) ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(message), message.size()) != 1) {
    return fail(Code::kInternal, "the key cannot sign");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(message),
                     message.size()) != 1) {
    return fail(Code::kInternal, "signing failed");
  }
  signature.resize(size);
  if (key.type == KeyType::kEc) return ecdsa_from_der(signature, how.coordinate);
  return signature;
}

bool verify_raw(const Jwk::Impl& key, Algorithm algorithm, std::string_view message,
                std::string_view signature) {
  const AlgorithmTraits& how = traits(algorithm);
  const ErrorQueueScope errors;
  if (key.type == KeyType::kOct) {
    return constant_time_equal(hmac(how.hash, key.hmac_key.expose(), message), signature);
  }
  std::string der;
  if (key.type == KeyType::kEc) {
    der = ecdsa_to_der(signature, how.coordinate);
    if (der.empty()) return false;
    signature = der;
  } else if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key.pkey.get()))) {
    return false;
  }
  const DigestContextPtr context(EVP_MD_CTX_new());
  LR_CHECK(context != nullptr);
  EVP_PKEY_CTX* options = nullptr;
  const EVP_MD* digest = digest_for(how);
  return EVP_DigestVerifyInit(context.get(), &options, digest, nullptr, key.pkey.get()) == 1 &&
         (!how.pss || use_pss(options, digest)) &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace lr::crypto
