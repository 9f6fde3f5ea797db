// TLS by OpenSSL: TLS 1.2 and 1.3 only, AEAD suites, no renegotiation, no compression.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"

namespace lr::net {

/// A server's certificate and key. Immutable: a reload builds a new one and swaps the pointer.
class TlsServerContext {
 public:
  /// Errors name the file and what is wrong with it (missing, not PEM, key does not match).
  static Result<std::shared_ptr<TlsServerContext>> load(const std::string& certificate_file,
                                                        const std::string& key_file);
  /// The same from PEM texts, the leaf first: for servers that live as long as one proof.
  static Result<std::shared_ptr<TlsServerContext>> from_pem(const std::string& certificate,
                                                            const std::string& key);
  ~TlsServerContext();
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit TlsServerContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// How a client trusts: system roots, or one CA file (labs).
class TlsClientContext {
 public:
  static Result<std::shared_ptr<TlsClientContext>> create(const std::string& ca_file = "");
  /// Accepts any certificate: to look at what a server says behind a bad one. Nothing secret may
  /// be sent over it.
  static Result<std::shared_ptr<TlsClientContext>> create_unverified();
  ~TlsClientContext();
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit TlsClientContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A self-signed certificate for development and tests, as PEM.
struct SelfSigned {
  std::string certificate;
  std::string key;
};
Result<SelfSigned> make_self_signed(const std::string& host);

}  // namespace lr::net
