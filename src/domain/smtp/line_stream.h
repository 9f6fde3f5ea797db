// Lines and counted bytes from a stream, as SMTP and IMAP speak them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/buffer.h"
#include "net/stream.h"
#include "net/upgrade.h"

namespace lr::domain {

class LineStream {
 public:
  explicit LineStream(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}

  /// The next line without its CRLF or LF. Errors: kPayloadTooLarge above `most` bytes;
  /// kUnavailable when the peer ends in the middle of one or before it.
  net::Task<std::string> read_line(std::size_t most);
  net::Task<std::string> read_bytes(std::size_t count);
  /// At least one byte more into buffered(). kUnavailable at the peer's end.
  net::Task<> fill();
  net::Task<> write(std::string bytes);
  std::string_view buffered() const { return buffer_.data(); }
  void consume(std::size_t count) { buffer_.consume(count); }

  /// TLS from here on. Refuses (kBadGateway) when bytes have come already: they were sent in the
  /// clear, perhaps by somebody in the middle, and must not count as sent under TLS.
  net::Task<net::TlsSession> start_tls_client(std::shared_ptr<net::TlsClientContext> context,
                                              net::TlsUpgrade options, Deadline deadline);
  net::Task<net::TlsSession> start_tls_server(std::shared_ptr<net::TlsServerContext> context,
                                              Deadline deadline);
  /// The stream itself, for who speaks something else from here on. Refuses (kBadGateway) when
  /// bytes have come already.
  Result<std::unique_ptr<net::Stream>> release();
  /// Lost when a handshake failed: there is nothing left to talk over.
  bool is_open() const { return stream_ != nullptr; }
  net::Stream& stream() { return *stream_; }
  const net::Stream& stream() const { return *stream_; }

 private:
  Result<> refuse_early_bytes() const;
  std::unique_ptr<net::Stream> stream_;
  net::Buffer buffer_;
};

}  // namespace lr::domain
