#include "net/tls_stream.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "base/limits.h"
#include "net/tls_context.h"

namespace lr::net {
namespace {

struct MethodDeleter {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL and so would raise SIGPIPE.

int fd_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int transferred(BIO* bio, ssize_t count, int retry_flag) {
  BIO_clear_retry_flags(bio);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
    BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
  }
  return static_cast<int>(count);
}

int bio_write(BIO* bio, const char* bytes, int size) {
  const ssize_t count = ::send(fd_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  return transferred(bio, count, BIO_FLAGS_WRITE);
}

int bio_read(BIO* bio, char* out, int size) {
  const ssize_t count = ::recv(fd_of(bio), out, static_cast<std::size_t>(size), 0);
  return transferred(bio, count, BIO_FLAGS_READ);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* socket_method() {
  static const std::unique_ptr<BIO_METHOD, MethodDeleter> method = [] {
    std::unique_ptr<BIO_METHOD, MethodDeleter> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "launchready socket"));
    BIO_meth_set_write(made.get(), bio_write);
    BIO_meth_set_read(made.get(), bio_read);
    BIO_meth_set_ctrl(made.get(), bio_control);
    return made;
  }();
  return method.get();
}

class TlsStream final : public SocketStream {
 public:
  TlsStream(EventLoop& loop, Socket socket, SSL_CTX* context);
  bool valid() const { return ssl_ != nullptr; }
  SSL* ssl() { return ssl_.get(); }
  Task<> handshake(Origin whose_fault);

  Task<std::size_t> read_some(std::span<char> out) override;
  Result<std::size_t> try_write(std::string_view first, std::string_view second) override;
  Task<> write_all(std::string_view bytes) override;
  Task<> write_all(std::string_view first, std::string_view second) override;
  Task<> shutdown() override;
  bool may_be_readable() const override { return true; }
  bool holds_input() const override { return SSL_has_pending(ssl_.get()) != 0; }
  bool secure() const override { return true; }

 private:
  static constexpr std::size_t kRecord = 16 * limits::kKiB;
  enum class Need : std::uint8_t { kRead, kWrite, kFailed, kEnd };
  Need need_after(int returned);
  Result<std::size_t> put(std::string_view bytes, Need& need);
  Task<> wait_for(Need need);

  Ssl ssl_;
  std::string reason_;
};

TlsStream::TlsStream(EventLoop& loop, Socket socket, SSL_CTX* context)
    : SocketStream(loop, std::move(socket)), ssl_(SSL_new(context)) {
  BIO* bio = ssl_ ? BIO_new(socket_method()) : nullptr;
  if (bio == nullptr) {
    ssl_.reset();
    return;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd())));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

/// What an SSL_* call that returned <= 0 wants. Every call starts with an empty error queue.
TlsStream::Need TlsStream::need_after(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Need::kRead;
    case SSL_ERROR_WANT_WRITE:
      return Need::kWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Need::kEnd;
    default: {
      const int system_error = errno;
      const long verify = SSL_get_verify_result(ssl_.get());
      if (ERR_peek_error() == 0) {
        reason_ = system_error != 0 ? std::strerror(system_error) : "closed without an end";
      } else {
        reason_ = openssl_reason();
      }
      if (verify != X509_V_OK) reason_ = X509_verify_cert_error_string(verify);
      return Need::kFailed;
    }
  }
}

Task<> TlsStream::wait_for(Need need) {
  if (need == Need::kRead) co_return co_await wait(Socket::wait_read);
  if (need == Need::kWrite) co_return co_await wait(Socket::wait_write);
  co_return fail(Code::kUnavailable, "TLS with " + peer().str() + ": " + reason_);
}

Task<> TlsStream::handshake(Origin whose_fault) {
  while (true) {
    ERR_clear_error();
    errno = 0;
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) co_return Result<>();
    const Need need = need_after(done);
    Result<> ready = co_await wait_for(need);
    if (!ready) co_return fail(ready.error().code(), ready.error().detail(), whose_fault);
  }
}

Task<std::size_t> TlsStream::read_some(std::span<char> out) {
  while (true) {
    if (auto why = blocked()) co_return std::unexpected(std::move(*why));
    ERR_clear_error();
    errno = 0;
    const int size = static_cast<int>(std::min<std::size_t>(out.size(), INT_MAX));
    const int got = SSL_read(ssl_.get(), out.data(), size);
    if (got > 0) co_return static_cast<std::size_t>(got);
    const Need need = need_after(got);
    if (need == Need::kEnd) co_return std::size_t{0};
    LR_CO_TRY_VOID(co_await wait_for(need));
  }
}

/// One record's worth. 0 with `need` set when the socket is not ready.
Result<std::size_t> TlsStream::put(std::string_view bytes, Need& need) {
  if (auto why = blocked()) return std::unexpected(std::move(*why));
  if (bytes.empty()) return std::size_t{0};
  ERR_clear_error();
  errno = 0;
  const int sent =
      SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kRecord)));
  if (sent > 0) return static_cast<std::size_t>(sent);
  need = need_after(sent);
  if (need == Need::kRead || need == Need::kWrite) return std::size_t{0};
  return fail(Code::kUnavailable, "TLS with " + peer().str() + ": " + reason_);
}

/// OpenSSL may have encrypted a record that it could not send. It then insists on being called
/// again with the same bytes, so that nothing is tried here unless it can be finished: the caller
/// gets 0 and comes back through write_all() with these very bytes.
Result<std::size_t> TlsStream::try_write(std::string_view first, std::string_view second) {
  Need need = Need::kWrite;
  if (first.empty() || second.empty()) return put(first.empty() ? second : first, need);
  if (first.size() + second.size() > kRecord) return put(first, need);
  std::string both;
  both.reserve(first.size() + second.size());
  both.append(first).append(second);
  return put(both, need);
}

Task<> TlsStream::write_all(std::string_view bytes) { return write_all(bytes, {}); }

Task<> TlsStream::write_all(std::string_view first, std::string_view second) {
  std::string both;
  if (!second.empty() && first.size() + second.size() <= kRecord) {
    both.append(first).append(second);
    first = both;
    second = {};
  }
  while (!first.empty() || !second.empty()) {
    std::string_view& part = first.empty() ? second : first;
    Need need = Need::kWrite;
    Result<std::size_t> sent = put(part, need);
    if (!sent) co_return std::unexpected(std::move(sent).error());
    part.remove_prefix(*sent);
    if (*sent == 0) {
      LR_CO_TRY_VOID(co_await wait_for(need));
    }
  }
  co_return Result<>();
}

Task<> TlsStream::shutdown() {
  if (!blocked()) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  co_return co_await SocketStream::shutdown();
}

std::unexpected<Error> no_memory() { return fail(Code::kInternal, "OpenSSL: " + openssl_reason()); }

}  // namespace

Task<std::unique_ptr<Stream>> accept_tls(EventLoop& loop, Socket socket, TlsServerContext& context,
                                         Deadline deadline) {
  auto stream = std::make_unique<TlsStream>(loop, std::move(socket), context.impl().context.get());
  if (!stream->valid()) co_return no_memory();
  SSL_set_accept_state(stream->ssl());
  stream->expires(deadline);
  LR_CO_TRY_VOID(co_await stream->handshake(Origin::kClient));
  co_return std::move(stream);
}

Task<std::unique_ptr<Stream>> connect_tls(EventLoop& loop, Socket socket, TlsClientContext& context,
                                          std::string host, Deadline deadline) {
  auto stream = std::make_unique<TlsStream>(loop, std::move(socket), context.impl().ready());
  if (!stream->valid()) co_return no_memory();
  SSL* ssl = stream->ssl();
  SSL_set_connect_state(ssl);
  bool named = false;
  if (text::parse_ip(host)) {
    named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named = SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  if (!named) co_return fail(Code::kInvalidArgument, "not a host name: " + host);
  stream->expires(deadline);
  LR_CO_TRY_VOID(co_await stream->handshake(Origin::kUpstream));
  co_return std::move(stream);
}

}  // namespace lr::net
