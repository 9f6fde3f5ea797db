// OpenSSL's certificate objects as owned values, for the files of this folder.
#pragma once

#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string_view>

#include "crypto/openssl.h"

namespace lr::domain::tls {

using crypto::OpensslFree;

inline void free_certificates(STACK_OF(X509) * all) { sk_X509_pop_free(all, X509_free); }

using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, OpensslFree<X509_STORE_free>>;
using X509ContextPtr = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;
using X509StackPtr = std::unique_ptr<STACK_OF(X509), OpensslFree<free_certificates>>;
using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;

inline X509Ptr parse_x509(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = bytes + der.size();
  X509Ptr out(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  return bytes == end ? std::move(out) : nullptr;
}

}  // namespace lr::domain::tls
