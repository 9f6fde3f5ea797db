// TLS over a socket, by OpenSSL's own state machine on the non-blocking descriptor.
#pragma once

#include <memory>
#include <string>

#include "net/socket_stream.h"
#include "net/tls.h"

namespace lr::net {

/// Server side: takes the connection and performs the handshake.
Task<std::unique_ptr<Stream>> accept_tls(EventLoop& loop, Socket socket, TlsServerContext& context,
                                         Deadline deadline);
/// Client side: verifies the chain and that the certificate is for `host` (a name or an address).
Task<std::unique_ptr<Stream>> connect_tls(EventLoop& loop, Socket socket, TlsClientContext& context,
                                          std::string host, Deadline deadline);

}  // namespace lr::net
