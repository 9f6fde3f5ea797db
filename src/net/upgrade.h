// TLS on a connection that has already spoken in the clear: STARTTLS (RFC 3207, RFC 2595). Works on
// any Stream, because TLS records go through memory instead of the socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/stream.h"
#include "net/tls.h"

namespace lr::net {

struct TlsUpgrade {
  /// Asked for by SNI and looked for in the certificate: a name or an address.
  std::string host{};
  /// False: any certificate will do, and TlsSession says what is wrong with it.
  bool must_verify = true;
  /// Offers TLS 1.0 and 1.1 and weak suites too, to see what an old server would settle for.
  bool old_too = false;
  /// When the certificate has to be valid; empty: now.
  std::optional<WallTime> at{};
};

/// What a handshake has agreed on.
struct TlsSession {
  std::string version{};             ///< "TLSv1.3"
  std::string suite{};               ///< IANA name: "TLS_AES_256_GCM_SHA384".
  int suite_bits = 0;                ///< Of the cipher's strength; 112 for 3DES, 0 for NULL.
  bool anonymous = false;            ///< The server showed no certificate.
  std::vector<std::string> chain{};  ///< DER, as served, leaf first. Client side only.
  bool trusted = false;              ///< The chain leads to a trusted root at that time.
  bool named = false;                ///< The certificate is for the host.
  std::string why{};                 ///< Why it is not trusted, in OpenSSL's words.
};

struct UpgradedStream {
  std::unique_ptr<Stream> stream;
  TlsSession session;
};

/// Client side. The caller has read everything that came in the clear: bytes that came behind the
/// server's last plain line must be refused before this is called (CVE-2011-0411). Errors:
/// kUnavailable with TLS's reason, kDeadlineExceeded.
Task<UpgradedStream> upgrade_client(std::unique_ptr<Stream> plain,
                                    std::shared_ptr<TlsClientContext> context, TlsUpgrade options,
                                    Deadline deadline);

/// Server side, with the same duty.
Task<UpgradedStream> upgrade_server(std::unique_ptr<Stream> plain,
                                    std::shared_ptr<TlsServerContext> context, Deadline deadline);

/// The address of this side of a connection; nullopt for a stream without a socket.
std::optional<Endpoint> local_endpoint(const Stream& stream);

}  // namespace lr::net
