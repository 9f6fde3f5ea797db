// One ClientHello and what comes back, within the bounds of a scan.
#pragma once

#include "domain/tls/client_hello.h"
#include "domain/tls/scan.h"
#include "domain/tls/server_flight.h"

namespace lr::domain::tls {

struct Reply {
  enum class Kind : std::uint8_t {
    kHello,    ///< A ServerHello or a retry.
    kRefused,  ///< A fatal alert, or the connection ended without a byte.
    kUnknown,  ///< It stalled, spoke no TLS, could not be reached, or the scan's bound is met.
  };
  Kind kind = Kind::kUnknown;
  ServerFlight flight{};
  std::string why{};    ///< For kUnknown and kRefused.
  bool silent = false;  ///< Connected, and not a byte came.
};

/// Asks within ScanOptions; counts handshakes and gives up on a server that keeps stalling.
class Prober {
 public:
  /// After so many questions without any answer nothing is asked any more.
  static constexpr std::size_t kSilences = 3;

  Prober(StreamFactory connect, ScanOptions options)
      : connect_(std::move(connect)), options_(std::move(options)) {}
  /// Adds random, session id and server name. `whole` reads on to ServerHelloDone. A server that
  /// says nothing, or closes without an alert, is asked once more: it may just be busy, and one
  /// that sheds load must not look like one that refuses.
  net::Task<Reply> ask(ClientHello hello, bool whole);
  std::size_t handshakes() const { return handshakes_; }
  /// Leaves this many for later questions.
  void reserve(std::size_t handshakes) { reserved_ = handshakes; }
  const std::string& trouble() const { return trouble_; }

 private:
  net::Task<Reply> exchange(std::string bytes, bool whole);
  Reply silent(std::string why);

  StreamFactory connect_;
  ScanOptions options_;
  std::size_t handshakes_ = 0;
  std::size_t reserved_ = 0;
  std::size_t silences_ = 0;
  std::string trouble_{};
};

}  // namespace lr::domain::tls
