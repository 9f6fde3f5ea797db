// Learns what a TLS server speaks by many ClientHellos, several connections at once. Only the clear
// part of handshakes is read; none is completed and nothing is sent but the ClientHello.
#pragma once

#include <functional>
#include <memory>

#include "domain/tls/facts.h"
#include "net/stream.h"

namespace lr::domain::tls {

/// Makes a connection on which the server waits for a ClientHello: TCP for HTTPS, or one on which
/// STARTTLS has just been agreed (RFC 3207). Must not be a capturing coroutine: return the Task of
/// a named one. Called up to ScanOptions::handshakes times.
using StreamFactory = std::function<net::Task<std::unique_ptr<net::Stream>>()>;

struct ScanOptions {
  std::string server_name{};              ///< For SNI; "" or an address: none is sent.
  Deadline deadline = Deadline::never();  ///< Of the whole scan.
  milliseconds patience{3000};            ///< For one connection and its answer.
  std::size_t handshakes = kHandshakes;
  bool gentle =
      false;  ///< Never more than kGentle connections at once, for servers that count them.

  static constexpr std::size_t kGentle = 3;

  static constexpr std::size_t kHandshakes = 200;
};

/// Does not fail: what could not be learnt is kUnknown, with the reason beside it.
net::Task<TlsFacts> scan_tls(StreamFactory connect, ScanOptions options);

/// The certificates of a server that is too old for a TLS library, from the clear part of a
/// handshake up to TLS 1.2; DER, the leaf first. Errors: kUnavailable when none came.
net::Task<std::vector<std::string>> clear_certificates(StreamFactory connect, ScanOptions options);

/// Connects by TCP to `endpoint`; for StreamFactory.
net::Task<std::unique_ptr<net::Stream>> connect_plain(net::EventLoop& loop, net::Endpoint endpoint,
                                                      Deadline deadline);

}  // namespace lr::domain::tls
