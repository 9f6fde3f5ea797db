// The certificates that a server shows, looked at without trusting them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/stream.h"

namespace lr::net {

struct ServedCertificates {
  std::vector<std::string> chain{};  ///< DER, the leaf first, as sent.
  std::string staple{};              ///< The stapled OCSP answer (RFC 6066 section 8), DER; "".
  /// SCTs (RFC 6962) in the certificate, the staple and the TLS extension together; none verified.
  std::size_t timestamps = 0;
  std::string alpn{};  ///< As chosen from h2 and http/1.1; "" for none.
  int version = 0;     ///< As on the wire: 0x0303, 0x0304.
  /// Bytes of early data that TLS 1.3 tickets allow (RFC 8446 section 4.2.10). nullopt when no
  /// ticket came.
  std::optional<std::uint32_t> early_data{};
};

struct FetchOptions {
  enum class Key : std::uint8_t { kAny, kRsa, kEcdsa };
  std::string server_name{};  ///< For SNI; "" or an address: none is sent.
  Key key = Key::kAny;        ///< Which kind of certificate to ask for.
  std::size_t chain_bytes = kChainBytes;
  /// How long to wait for a ticket of TLS 1.3 after the handshake; 0 does not wait.
  milliseconds ticket_patience{0};

  static constexpr std::size_t kChainBytes = 1024UL * 1024;
};

/// Completes a handshake over `stream` (connected, the server waiting for a ClientHello; its
/// deadline set by expires()), without verifying anything, from TLS 1.0 on and with whatever
/// OpenSSL still speaks. Nothing is sent over it, and the stream is of no use afterwards.
/// Errors: kUnavailable with OpenSSL's reason when the handshake fails, kDeadlineExceeded.
Task<ServedCertificates> fetch_certificates(Stream& stream, FetchOptions options);

}  // namespace lr::net
