// What a scan has learnt of a TLS server.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/tls/suites.h"

namespace lr::domain::tls {

/// kUnknown: nobody could say. Never read as no.
enum class Seen : std::uint8_t { kUnknown, kYes, kNo };

struct VersionFacts {
  Version version = Version::kTls12;
  Seen spoken = Seen::kUnknown;
  std::vector<std::uint16_t> suites{};  ///< In the order in which the server chose them.
  /// Why there may be more suites, or why `spoken` is not known; "" when all was answered.
  std::string why{};
};

struct TlsFacts {
  std::string server_name{};
  std::string peer{};  ///< "127.0.0.1:443"
  std::array<VersionFacts, 5> versions{{{Version::kSsl30, {}, {}, {}},
                                        {Version::kTls10, {}, {}, {}},
                                        {Version::kTls11, {}, {}, {}},
                                        {Version::kTls12, {}, {}, {}},
                                        {Version::kTls13, {}, {}, {}}}};
  std::vector<std::uint16_t> groups13{};  ///< TLS 1.3, in the order chosen.
  std::string groups13_why{};             ///< Why there may be more.
  std::vector<std::uint16_t> groups12{};  ///< TLS 1.2 and before.
  std::string groups12_why{};
  std::vector<std::uint16_t> signature_schemes{};  ///< Of the key exchange in TLS 1.2.
  std::string signatures_why{};
  std::optional<int> dh_bits{};              ///< Of the prime, when DHE is spoken.
  Seen server_order = Seen::kUnknown;        ///< The server's own order of suites decides.
  Seen fallback_scsv = Seen::kUnknown;       ///< RFC 7507. Unknown with one version only.
  Seen downgrade_sentinel = Seen::kUnknown;  ///< RFC 8446 section 4.1.3.
  Seen compression = Seen::kUnknown;
  Seen secure_renegotiation = Seen::kUnknown;    ///< RFC 5746
  Seen extended_master_secret = Seen::kUnknown;  ///< RFC 7627
  Seen heartbeat = Seen::kUnknown;               ///< RFC 6520
  Seen session_tickets = Seen::kUnknown;
  Seen tolerant = Seen::kUnknown;     ///< Passes over values that it does not know (RFC 8701).
  Seen reuses_keys = Seen::kUnknown;  ///< Two connections had the same "ephemeral" key.
  std::string alpn{};                 ///< As chosen in TLS 1.2 from h2 and http/1.1; "" for none.
  std::size_t handshakes = 0;
  milliseconds took{0};
  std::string trouble{};  ///< The last reason why a connection gave no answer; "".

  const VersionFacts& of(Version version) const;
  bool speaks(Version version) const { return of(version).spoken == Seen::kYes; }
  /// Some version was spoken: it is a TLS server, and what it refused it does not speak.
  bool answered() const;
  /// The highest version up to 1.2 that is spoken.
  std::optional<Version> best_before_13() const;
};

}  // namespace lr::domain::tls
