#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstring>

#include "net/tls_context.h"
#include "text/ip.h"

namespace lr::net {
namespace {

constexpr char kCiphers12[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr unsigned char kHttp11[] = "\x08http/1.1";
constexpr long kSelfSignedSeconds = 90L * 24 * 3600;

/// Both sides: TLS 1.2 and 1.3, AEAD with forward secrecy, nothing that has to be explained.
Result<SslContext> make_context(const SSL_METHOD* method) {
  SslContext context(SSL_CTX_new(method));
  if (!context) return fail(Code::kInternal, "OpenSSL: " + openssl_reason());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(context.get(), kCiphers12) != 1) {
    return fail(Code::kInternal, "OpenSSL: " + openssl_reason());
  }
  return context;
}

/// HTTP/1.1 or nothing: a client that offers only other protocols is refused by name.
int select_alpn(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                unsigned int in_length, void*) {
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof kHttp11 - 1, in, in_length);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/// A key with a password is an error; OpenSSL's own callback would ask on the terminal and wait.
int no_password(char*, int, int, void*) { return -1; }

Result<> check_readable(const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  return fail(Code::kInvalidArgument, file + ": " + std::strerror(errno), Origin::kContract);
}

std::unexpected<Error> bad_file(const std::string& file, const std::string& what) {
  return fail(Code::kInvalidArgument, file + ": " + what + " (" + openssl_reason() + ")",
              Origin::kContract);
}

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;
using MemoryBio = std::unique_ptr<BIO, BioDeleter>;

std::string contents(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  return length > 0 ? std::string(bytes, static_cast<std::size_t>(length)) : std::string();
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool fill_certificate(X509* certificate, EVP_PKEY* key, const std::string& host) {
  const auto name_bytes = reinterpret_cast<const unsigned char*>(host.data());
  X509_NAME* name = X509_get_subject_name(certificate);
  BIGNUM* serial = BN_new();
  const bool numbered = serial != nullptr && BN_rand(serial, 126, 0, 0) == 1 &&
                        BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(serial);
  const std::string alternative = (text::parse_ip(host) ? "IP:" : "DNS:") + host;
  return numbered && X509_set_version(certificate, 2) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kSelfSignedSeconds) != nullptr &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, name_bytes,
                                    static_cast<int>(host.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(certificate, NID_subject_alt_name, alternative) &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason != nullptr ? reason : "no reason given";
}

TlsServerContext::TlsServerContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsServerContext::~TlsServerContext() = default;

Result<std::shared_ptr<TlsServerContext>> TlsServerContext::load(
    const std::string& certificate_file, const std::string& key_file) {
  LR_TRY_VOID(check_readable(certificate_file));
  LR_TRY_VOID(check_readable(key_file));
  LR_TRY(SslContext context, make_context(TLS_server_method()));
  SSL_CTX_set_default_passwd_cb(context.get(), no_password);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return bad_file(certificate_file, "not a PEM certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return bad_file(key_file, "not the PEM private key of the certificate");
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return bad_file(key_file, "the key does not belong to the certificate");
  }
  SSL_CTX_set_alpn_select_cb(context.get(), select_alpn, nullptr);
  static constexpr unsigned char kSessionContext[] = "launchready";
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof kSessionContext - 1);
  auto impl = std::make_unique<Impl>(Impl{std::move(context)});
  return std::shared_ptr<TlsServerContext>(new TlsServerContext(std::move(impl)));
}

TlsClientContext::TlsClientContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsClientContext::~TlsClientContext() = default;

Result<std::shared_ptr<TlsServerContext>> TlsServerContext::from_pem(const std::string& certificate,
                                                                     const std::string& key) {
  LR_TRY(SslContext context, make_context(TLS_server_method()));
  ERR_clear_error();
  const auto memory = [](const std::string& text) {
    return MemoryBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  };
  const MemoryBio certificate_in = memory(certificate);
  const MemoryBio key_in = memory(key);
  const Certificate shown(PEM_read_bio_X509(certificate_in.get(), nullptr, no_password, nullptr));
  const Key secret(PEM_read_bio_PrivateKey(key_in.get(), nullptr, no_password, nullptr));
  if (!shown || !secret || SSL_CTX_use_certificate(context.get(), shown.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), secret.get()) != 1) {
    return fail(Code::kInvalidArgument, "not a certificate and its key: " + openssl_reason());
  }
  // The rest of the chain; SSL_CTX_add1_chain_cert() takes a reference of its own.
  while (const Certificate next{
      PEM_read_bio_X509(certificate_in.get(), nullptr, no_password, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context.get(), next.get()) != 1) {
      return fail(Code::kInternal, "OpenSSL: " + openssl_reason());
    }
  }
  ERR_clear_error();
  return std::shared_ptr<TlsServerContext>(
      new TlsServerContext(std::make_unique<Impl>(Impl{std::move(context)})));
}

Result<std::shared_ptr<TlsClientContext>> TlsClientContext::create(const std::string& ca_file) {
  LR_TRY(SslContext context, make_context(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  ERR_clear_error();
  if (!ca_file.empty()) {
    LR_TRY_VOID(check_readable(ca_file));
    if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1) {
      return bad_file(ca_file, "not a PEM certificate");
    }
  }
  SSL_CTX_set_alpn_protos(context.get(), kHttp11, sizeof kHttp11 - 1);
  auto impl = std::make_unique<Impl>();
  impl->context = std::move(context);
  impl->wants_system_roots = ca_file.empty();
  return std::shared_ptr<TlsClientContext>(new TlsClientContext(std::move(impl)));
}

Result<std::shared_ptr<TlsClientContext>> TlsClientContext::create_unverified() {
  LR_TRY(SslContext context, make_context(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_alpn_protos(context.get(), kHttp11, sizeof kHttp11 - 1);
  auto impl = std::make_unique<Impl>();
  impl->context = std::move(context);
  return std::shared_ptr<TlsClientContext>(new TlsClientContext(std::move(impl)));
}

/// A system without roots trusts nobody, and every handshake says so: there is no error to report.
SSL_CTX* TlsClientContext::Impl::ready() {
  if (wants_system_roots) {
    std::call_once(roots_read, [this] { SSL_CTX_set_default_verify_paths(context.get()); });
  }
  return context.get();
}

Result<SelfSigned> make_self_signed(const std::string& host) {
  const auto failed = [] { return fail(Code::kInternal, "self-signed: " + openssl_reason()); };
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate || !fill_certificate(certificate.get(), key.get(), host)) {
    return failed();
  }
  const MemoryBio certificate_out(BIO_new(BIO_s_mem()));
  const MemoryBio key_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_out.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return failed();
  }
  return SelfSigned{contents(certificate_out.get()), contents(key_out.get())};
}

}  // namespace lr::net
