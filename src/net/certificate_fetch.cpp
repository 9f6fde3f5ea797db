#include "net/certificate_fetch.h"

#include <openssl/ct.h>
#include <openssl/err.h>

#include <array>

#include "base/limits.h"
#include "net/tls_context.h"

namespace lr::net {
namespace {

constexpr std::size_t kReadBytes = 16 * limits::kKiB;
/// Also for certificates on curves that no client should accept.
constexpr char kGroups[] =
    "X25519:P-256:P-384:P-521:X448:P-224:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1:secp256k1";
constexpr unsigned char kProtocols[] = "\x02h2\x08http/1.1";

/// What the callback for tickets leaves here.
struct TicketSeen {
  std::optional<std::uint32_t> early_data;
};

int keep_early_data(SSL* ssl, SSL_SESSION* session) {
  auto* seen = static_cast<TicketSeen*>(SSL_get_app_data(ssl));
  if (SSL_version(ssl) == TLS1_3_VERSION) {
    seen->early_data = SSL_SESSION_get_max_early_data(session);
  }
  return 0;  // The session stays OpenSSL's.
}

const char* schemes_of(FetchOptions::Key key) {
  switch (key) {
    case FetchOptions::Key::kRsa:
      return "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
             "RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA1";
    case FetchOptions::Key::kEcdsa:
      return "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ECDSA+SHA1";
    case FetchOptions::Key::kAny:
      break;
  }
  return nullptr;
}

const char* ciphers_of(FetchOptions::Key key) {
  switch (key) {
    case FetchOptions::Key::kRsa:
      return "aRSA:@SECLEVEL=0";
    case FetchOptions::Key::kEcdsa:
      return "aECDSA:@SECLEVEL=0";
    case FetchOptions::Key::kAny:
      break;
  }
  return "ALL:COMPLEMENTOFALL:!aNULL:@SECLEVEL=0";
}

std::unexpected<Error> openssl_failed() {
  return fail(Code::kInternal, "OpenSSL: " + openssl_reason());
}

/// Trusts everything and refuses nothing that OpenSSL can speak: the opposite of make_context().
Result<SslContext> permissive_context(const FetchOptions& options) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return openssl_failed();
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_options(context.get(), SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_max_cert_list(context.get(), static_cast<long>(options.chain_bytes));
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), keep_early_data);
  SSL_CTX_set_tlsext_status_type(context.get(), TLSEXT_STATUSTYPE_ocsp);
  SSL_CTX_set_alpn_protos(context.get(), kProtocols, sizeof kProtocols - 1);
  // Asks for SCTs and keeps them; permissive never ends a handshake.
  SSL_CTX_enable_ct(context.get(), SSL_CT_VALIDATION_PERMISSIVE);
  const char* schemes = schemes_of(options.key);
  if (SSL_CTX_set1_groups_list(context.get(), kGroups) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), ciphers_of(options.key)) != 1 ||
      (schemes != nullptr && SSL_CTX_set1_sigalgs_list(context.get(), schemes) != 1)) {
    return openssl_failed();
  }
  return context;
}

/// An SSL over two memory BIOs, so that it goes over any Stream.
class MemoryTls {
 public:
  static Result<std::unique_ptr<MemoryTls>> make(const FetchOptions& options) {
    std::unique_ptr<MemoryTls> out(new MemoryTls());
    LR_TRY(out->context_, permissive_context(options));
    out->ssl_.reset(SSL_new(out->context_.get()));
    BIO* in = BIO_new(BIO_s_mem());
    BIO* sent = BIO_new(BIO_s_mem());
    if (!out->ssl_ || in == nullptr || sent == nullptr) {
      BIO_free(in);
      BIO_free(sent);
      return openssl_failed();
    }
    SSL_set_bio(out->ssl_.get(), in, sent);
    SSL_set_app_data(out->ssl_.get(), &out->ticket_);
    SSL_set_connect_state(out->ssl_.get());
    const bool named = !options.server_name.empty() && !text::parse_ip(options.server_name);
    if (named && SSL_set_tlsext_host_name(out->ssl_.get(), options.server_name.c_str()) != 1) {
      return openssl_failed();
    }
    return out;
  }
  SSL* ssl() { return ssl_.get(); }
  const TicketSeen& ticket() const { return ticket_; }
  void received(std::string_view bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  }
  /// What is to be sent.
  std::string pending() {
    std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
    const int got = BIO_read(SSL_get_wbio(ssl_.get()), out.data(), static_cast<int>(out.size()));
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }

 private:
  MemoryTls() = default;
  SslContext context_{};
  Ssl ssl_{};
  TicketSeen ticket_{};
};

Task<> handshake(MemoryTls& tls, Stream& stream) {
  std::array<char, kReadBytes> buffer;
  while (true) {
    ERR_clear_error();
    const int done = SSL_do_handshake(tls.ssl());
    const int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(tls.ssl(), done);
    const std::string reason = error == SSL_ERROR_SSL ? openssl_reason() : "";
    const std::string pending = tls.pending();
    if (!pending.empty()) {
      LR_CO_TRY_VOID(co_await stream.write_all(pending));
    }
    if (done == 1) co_return Result<>();
    if (error != SSL_ERROR_WANT_READ) {
      co_return fail(Code::kUnavailable, "TLS handshake: " + reason, Origin::kTarget);
    }
    LR_CO_TRY(const std::size_t got, co_await stream.read_some(buffer));
    if (got == 0) {
      co_return fail(Code::kUnavailable, "TLS handshake: the server closed the connection",
                     Origin::kTarget);
    }
    tls.received({buffer.data(), got});
  }
}

/// Tickets of TLS 1.3 come after the handshake; that none comes is no error.
Task<> await_ticket(MemoryTls& tls, Stream& stream) {
  std::array<char, kReadBytes> buffer;
  while (!tls.ticket().early_data) {
    ERR_clear_error();
    char byte = 0;
    const int read = SSL_read(tls.ssl(), &byte, 1);
    if (read > 0 || SSL_get_error(tls.ssl(), read) != SSL_ERROR_WANT_READ) break;
    if (tls.ticket().early_data) break;
    Result<std::size_t> got = co_await stream.read_some(buffer);
    if (!got || *got == 0) break;
    tls.received({buffer.data(), *got});
  }
  co_return Result<>();
}

std::string der_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return "";
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

ServedCertificates served_by(SSL* ssl) {
  ServedCertificates out;
  out.version = SSL_version(ssl);
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    out.chain.push_back(der_of(sk_X509_value(chain, i)));
  }
  const unsigned char* bytes = nullptr;
  const long staple = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
  if (bytes != nullptr && staple > 0) {
    out.staple.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(staple));
  }
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl, &bytes, &length);
  if (length > 0) out.alpn.assign(reinterpret_cast<const char*>(bytes), length);
  const STACK_OF(SCT)* timestamps = SSL_get0_peer_scts(ssl);
  if (timestamps != nullptr) out.timestamps = static_cast<std::size_t>(sk_SCT_num(timestamps));
  return out;
}

}  // namespace

Task<ServedCertificates> fetch_certificates(Stream& stream, FetchOptions options) {
  LR_CO_TRY(const std::unique_ptr<MemoryTls> tls, MemoryTls::make(options));
  LR_CO_TRY_VOID(co_await handshake(*tls, stream));
  ServedCertificates out = served_by(tls->ssl());
  if (out.version == TLS1_3_VERSION && options.ticket_patience.count() > 0) {
    stream.expires(Deadline::after(options.ticket_patience));
    LR_CO_TRY_VOID(co_await await_ticket(*tls, stream));
    out.early_data = tls->ticket().early_data;
  }
  ERR_clear_error();
  co_return out;
}

}  // namespace lr::net
