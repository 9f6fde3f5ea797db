// What a server says in answer to a ClientHello, read strictly and bounded, as far as it is in the
// clear: alerts, ServerHello and HelloRetryRequest, and before TLS 1.3 its certificates and key
// exchange. Bytes may come in any pieces and records may cut messages anywhere (RFC 5246
// section 6.2, RFC 8446 section 5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "domain/tls/suites.h"

namespace lr::domain::tls {

/// ServerHello, or HelloRetryRequest, which has its shape (RFC 8446 section 4.1.3 and 4.1.4).
struct ServerHello {
  Version version = Version::kTls12;  ///< As negotiated, supported_versions seen.
  std::uint16_t suite = 0;
  std::uint8_t compression = 0;
  bool retry = false;       ///< A HelloRetryRequest.
  std::uint16_t group = 0;  ///< Of key_share; 0 when there is none.
  std::string random{};     ///< 32 bytes.
  std::optional<std::string> alpn{};
  bool renegotiation_info = false;
  bool extended_master_secret = false;
  bool session_ticket = false;
  bool heartbeat = false;
  /// RFC 8446 section 4.1.3: "DOWNGRD" and 0 or 1 at the end of the random.
  bool downgrade_sentinel() const;
};

/// ServerKeyExchange of DHE and ECDHE (RFC 5246 section 7.4.3, RFC 8422 section 5.4).
struct KeyExchange {
  int dh_bits = 0;          ///< Of the prime; 0 for ECDHE.
  std::uint16_t group = 0;  ///< ECDHE's named curve; 0 for DHE.
  std::string public_key{};
  std::uint16_t signature_scheme = 0;  ///< TLS 1.2; 0 before, and for anonymous.
};

struct Alert {
  std::uint8_t level = 0;
  std::uint8_t description = 0;
};
std::string alert_name(const Alert& alert);  ///< "handshake_failure (40)"

struct ServerFlight {
  std::optional<ServerHello> hello{};
  std::vector<std::string> certificates{};  ///< DER, the leaf first, as sent.
  std::optional<KeyExchange> key_exchange{};
  std::optional<Alert> alert{};  ///< Fatal; warnings are passed over.
  bool hello_done = false;       ///< ServerHelloDone: there is nothing more to come in the clear.
};

/// Reads one flight. Feed it what comes until it is done or fails.
class FlightReader {
 public:
  static constexpr std::size_t kRecordBytes = (16 + 2) * limits::kKiB;
  static constexpr std::size_t kFlightBytes = 1 * limits::kMiB;
  static constexpr std::size_t kCertificates = 64;
  static constexpr std::size_t kWarnings = 16;

  /// kBadGateway when the bytes are no TLS, break its rules or a bound; then stays failed.
  Result<> feed(std::string_view bytes);
  /// Nothing more can be learnt: a fatal alert, TLS 1.3's ServerHello, or ServerHelloDone.
  bool done() const;
  const ServerFlight& flight() const { return flight_; }
  ServerFlight take() { return std::move(flight_); }

 private:
  Result<> take_record(std::uint8_t type, std::string_view body);
  Result<> take_alert(std::string_view body);
  Result<> take_messages();
  Result<> take_message(std::uint8_t type, std::string_view body);
  Result<> take_certificates(std::string_view body);

  std::string records_{};   ///< Bytes of a record that is not complete yet.
  std::string messages_{};  ///< Bytes of a handshake message that is not complete yet.
  std::size_t total_ = 0;
  std::size_t warnings_ = 0;
  bool failed_ = false;
  ServerFlight flight_{};
};

/// For tests and fuzzing; FlightReader uses them. Errors: kBadGateway.
Result<ServerHello> parse_server_hello(std::string_view body);
/// `hello` says what kind of key exchange it is. nullopt for kinds without ephemeral keys in it.
Result<std::optional<KeyExchange>> parse_key_exchange(std::string_view body,
                                                      const ServerHello& hello);

}  // namespace lr::domain::tls
