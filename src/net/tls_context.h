// OpenSSL contexts as owners; inside this room only.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "net/tls.h"

namespace lr::net {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

struct TlsServerContext::Impl {
  SslContext context;
};

struct TlsClientContext::Impl {
  SslContext context;
};

/// The oldest entry of OpenSSL's error queue as text; empties the queue.
std::string openssl_reason();

}  // namespace lr::net
