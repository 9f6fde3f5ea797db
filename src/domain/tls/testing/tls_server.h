// Real TLS servers of other makers (openssl s_server, gnutls-serv) on a port of the loopback. For
// tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "domain/testing/certificates.h"
#include "domain/testing/process.h"

namespace lr::domain {

struct TlsServerSetup {
  TestCertificate certificate{};     ///< PEM of leaf and what is to be sent behind it; the key.
  TestCertificate second{};          ///< Another one, of another kind of key; "" for none.
  std::string staple{};              ///< OCSP answer in DER, for openssl; "" staples nothing.
  std::vector<std::string> words{};  ///< More words of the command line.
};

class TlsServer {
 public:
  /// Waits until it listens. Errors: kUnavailable with what the server said.
  static Result<std::unique_ptr<TlsServer>> openssl(const TlsServerSetup& setup);
  /// `words` want a "--priority=…".
  static Result<std::unique_ptr<TlsServer>> gnutls(const TlsServerSetup& setup);

  std::uint16_t port() const { return port_; }
  std::string output() const { return process_->output(); }

 private:
  TlsServer() = default;
  Result<> launch(std::vector<std::string> words, const char* port_word);

  std::unique_ptr<ScratchFolder> folder_{};
  std::unique_ptr<ChildProcess> process_{};
  std::uint16_t port_ = 0;
};

}  // namespace lr::domain
