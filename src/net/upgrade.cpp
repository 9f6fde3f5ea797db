#include "net/upgrade.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <climits>

#include "base/limits.h"
#include "net/socket_stream.h"
#include "net/tls_context.h"

namespace lr::net {
namespace {

constexpr std::size_t kBlock = 16 * limits::kKiB;
constexpr int kChainCertificates = 20;
constexpr std::size_t kCertificateBytes = 1 * limits::kMiB;

/// TLS records between SSL and the stream below go through two memory BIOs.
class LayeredStream final : public Stream {
 public:
  LayeredStream(std::unique_ptr<Stream> below, SSL_CTX* context);
  bool valid() const { return ssl_ != nullptr; }
  SSL* ssl() { return ssl_.get(); }
  Task<> handshake();

  Task<std::size_t> read_some(std::span<char> out) override;
  Result<std::size_t> try_write(std::string_view, std::string_view) override { return 0; }
  Task<> write_all(std::string_view bytes) override;
  Task<> write_all(std::string_view first, std::string_view second) override;
  void expires(Deadline deadline) override { below_->expires(deadline); }
  bool peer_closed() const override { return below_->peer_closed(); }
  void close() override { below_->close(); }
  Task<> shutdown() override;
  Endpoint peer() const override { return below_->peer(); }
  bool secure() const override { return true; }
  int native_handle() const override { return below_->native_handle(); }

 private:
  enum class Need : std::uint8_t { kRead, kFailed, kEnd };
  Need need_after(int returned);
  Task<> flush();
  Task<> fill();
  std::unexpected<Error> failure() const;

  std::unique_ptr<Stream> below_;
  Ssl ssl_;
  BIO* in_ = nullptr;   ///< Of ssl_.
  BIO* out_ = nullptr;  ///< Of ssl_.
  std::string reason_;
};

LayeredStream::LayeredStream(std::unique_ptr<Stream> below, SSL_CTX* context)
    : below_(std::move(below)),
      ssl_(SSL_new(context)),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())) {
  if (!ssl_ || in_ == nullptr || out_ == nullptr) {
    BIO_free(in_);
    BIO_free(out_);
    ssl_.reset();
    return;
  }
  SSL_set_bio(ssl_.get(), in_, out_);
}

std::unexpected<Error> LayeredStream::failure() const {
  return fail(Code::kUnavailable, "TLS with " + peer().str() + ": " + reason_, Origin::kUpstream);
}

LayeredStream::Need LayeredStream::need_after(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Need::kRead;
    case SSL_ERROR_ZERO_RETURN:
      return Need::kEnd;
    default: {
      const long verify = SSL_get_verify_result(ssl_.get());
      const bool refused = SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE;
      reason_ = openssl_reason();
      if (refused && verify != X509_V_OK) reason_ = X509_verify_cert_error_string(verify);
      return Need::kFailed;
    }
  }
}

Task<> LayeredStream::flush() {
  std::array<char, kBlock> block;
  while (true) {
    const int count = BIO_read(out_, block.data(), static_cast<int>(block.size()));
    if (count <= 0) co_return Result<>();
    LR_CO_TRY_VOID(
        co_await below_->write_all(std::string_view(block.data(), static_cast<unsigned>(count))));
  }
}

Task<> LayeredStream::fill() {
  std::array<char, kBlock> block;
  LR_CO_TRY(const std::size_t count, co_await below_->read_some(block));
  if (count == 0) {
    co_return fail(Code::kUnavailable, "TLS with " + peer().str() + ": closed without an end",
                   Origin::kUpstream);
  }
  BIO_write(in_, block.data(), static_cast<int>(count));
  co_return Result<>();
}

Task<> LayeredStream::handshake() {
  while (true) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    const Need need = done == 1 ? Need::kEnd : need_after(done);
    // Also after a failure: the alert tells the peer why.
    LR_CO_TRY_VOID(co_await flush());
    if (done == 1) co_return Result<>();
    if (need != Need::kRead) co_return failure();
    LR_CO_TRY_VOID(co_await fill());
  }
}

Task<std::size_t> LayeredStream::read_some(std::span<char> out) {
  while (true) {
    ERR_clear_error();
    const int size = static_cast<int>(std::min<std::size_t>(out.size(), INT_MAX));
    const int got = SSL_read(ssl_.get(), out.data(), size);
    if (got > 0) co_return static_cast<std::size_t>(got);
    const Need need = need_after(got);
    LR_CO_TRY_VOID(co_await flush());
    if (need == Need::kEnd) co_return std::size_t{0};
    if (need == Need::kFailed) co_return failure();
    LR_CO_TRY_VOID(co_await fill());
  }
}

Task<> LayeredStream::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const int sent =
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kBlock)));
    // Memory always has room, and renegotiation is off, so that nothing has to be read first.
    if (sent <= 0) {
      need_after(sent);
      co_return failure();
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    LR_CO_TRY_VOID(co_await flush());
  }
  co_return Result<>();
}

Task<> LayeredStream::write_all(std::string_view first, std::string_view second) {
  LR_CO_TRY_VOID(co_await write_all(first));
  co_return co_await write_all(second);
}

Task<> LayeredStream::shutdown() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  Result<> ignored = co_await flush();
  co_return co_await below_->shutdown();
}

std::string der_of(X509* certificate) {
  const int size = i2d_X509(certificate, nullptr);
  if (size <= 0 || static_cast<std::size_t>(size) > kCertificateBytes) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate, &out);
  return der;
}

bool is_for(X509* certificate, const std::string& host) {
  if (text::parse_ip(host)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  return X509_check_host(certificate, host.data(), host.size(),
                         X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

TlsSession session_of(SSL* ssl, const std::string& host) {
  TlsSession session;
  session.version = SSL_get_version(ssl);
  const SSL_CIPHER* suite = SSL_get_current_cipher(ssl);
  if (suite != nullptr) {
    const char* name = SSL_CIPHER_standard_name(suite);
    session.suite = name == nullptr ? SSL_CIPHER_get_name(suite) : name;
    session.suite_bits = SSL_CIPHER_get_bits(suite, nullptr);
    session.anonymous = SSL_CIPHER_get_auth_nid(suite) == NID_auth_null;
  }
  const long verify = SSL_get_verify_result(ssl);
  X509* leaf = SSL_get0_peer_certificate(ssl);
  session.trusted = verify == X509_V_OK && leaf != nullptr;
  if (verify != X509_V_OK) session.why = X509_verify_cert_error_string(verify);
  if (leaf == nullptr) return session;
  session.named = !host.empty() && is_for(leaf, host);
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < std::min(sk_X509_num(chain), kChainCertificates); ++i) {
    session.chain.push_back(der_of(sk_X509_value(chain, i)));
  }
  return session;
}

/// SNI is for names only (RFC 6066 section 3). Without `must_verify` the name is looked at after
/// the handshake, so that a wrong one does not hide what else is wrong.
bool set_host(SSL* ssl, const TlsUpgrade& options) {
  if (options.host.empty()) return !options.must_verify;
  const bool is_address = text::parse_ip(options.host).has_value();
  if (!is_address && SSL_set_tlsext_host_name(ssl, options.host.c_str()) != 1) return false;
  if (!options.must_verify) return true;
  if (is_address) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), options.host.c_str()) == 1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, options.host.c_str()) == 1;
}

void apply(SSL* ssl, const TlsUpgrade& options) {
  SSL_set_connect_state(ssl);
  SSL_set_alpn_protos(ssl, nullptr, 0);
  SSL_set_verify(ssl, options.must_verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.at) {
    X509_VERIFY_PARAM_set_time(
        SSL_get0_param(ssl),
        std::chrono::duration_cast<seconds>(options.at->time_since_epoch()).count());
  }
  if (!options.old_too) return;
  SSL_set_security_level(ssl, 0);
  SSL_set_min_proto_version(ssl, TLS1_VERSION);
  SSL_set_cipher_list(ssl, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
  SSL_set_options(ssl, SSL_OP_LEGACY_SERVER_CONNECT);
}

std::unexpected<Error> no_memory() { return fail(Code::kInternal, "OpenSSL: " + openssl_reason()); }

}  // namespace

Task<UpgradedStream> upgrade_client(std::unique_ptr<Stream> plain,
                                    std::shared_ptr<TlsClientContext> context, TlsUpgrade options,
                                    Deadline deadline) {
  auto stream = std::make_unique<LayeredStream>(std::move(plain), context->impl().ready());
  if (!stream->valid()) co_return no_memory();
  apply(stream->ssl(), options);
  if (!set_host(stream->ssl(), options)) {
    co_return fail(Code::kInvalidArgument, "not a host name: " + options.host);
  }
  stream->expires(deadline);
  LR_CO_TRY_VOID(co_await stream->handshake());
  UpgradedStream out;
  out.session = session_of(stream->ssl(), options.host);
  out.stream = std::move(stream);
  co_return std::move(out);
}

Task<UpgradedStream> upgrade_server(std::unique_ptr<Stream> plain,
                                    std::shared_ptr<TlsServerContext> context, Deadline deadline) {
  auto stream = std::make_unique<LayeredStream>(std::move(plain), context->impl().context.get());
  if (!stream->valid()) co_return no_memory();
  SSL_set_accept_state(stream->ssl());
  stream->expires(deadline);
  LR_CO_TRY_VOID(co_await stream->handshake());
  UpgradedStream out;
  out.session = session_of(stream->ssl(), "");
  out.stream = std::move(stream);
  co_return std::move(out);
}

std::optional<Endpoint> local_endpoint(const Stream& stream) {
  asio::ip::tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(stream.native_handle(), endpoint.data(), &size) != 0) return std::nullopt;
  endpoint.resize(size);
  return to_endpoint(endpoint);
}

}  // namespace lr::net
