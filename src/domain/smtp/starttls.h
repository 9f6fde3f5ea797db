// Connections to a mail server on which STARTTLS was just agreed (RFC 3207), for who wants to make
// the handshake themselves.
#pragma once

#include <memory>

#include "domain/network.h"

namespace lr::domain {

/// For tls::StreamFactory. Greets, says EHLO and STARTTLS; the server then waits for a ClientHello.
/// Errors: kUnimplemented without the offer; what a connection and SmtpSession say.
struct StarttlsConnector {
  net::EventLoop* loop;
  const Network* network;
  net::Endpoint endpoint;
  net::Task<std::unique_ptr<net::Stream>> operator()() const;
};

}  // namespace lr::domain
