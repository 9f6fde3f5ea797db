// OpenSSL contexts as owners; inside this room only.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>

#include "net/tls.h"

namespace lr::net {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, SslDeleter>;

struct TlsServerContext::Impl {
  SslContext context;
};

struct TlsClientContext::Impl {
  SslContext context;
  bool wants_system_roots = false;
  std::once_flag roots_read;
  /// The context with the roots that it trusts. Any thread. Parsing a system's hundred and more
  /// roots takes tens of milliseconds, so that it is put off until somebody connects by TLS.
  SSL_CTX* ready();
};

/// The oldest entry of OpenSSL's error queue as text; empties the queue.
std::string openssl_reason();

}  // namespace lr::net
