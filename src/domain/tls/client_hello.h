// ClientHello messages as a scanner wants them: whatever suites, groups and extensions it takes to
// learn what a server speaks, also such as no TLS library offers any more. Nothing here encrypts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/tls/suites.h"

namespace lr::domain::tls {

/// What to offer. Empty lists leave their extension out.
struct ClientHello {
  Version version = Version::kTls12;  ///< The highest.
  std::string random{};               ///< 32 bytes.
  std::string session_id{};           ///< At most 32 bytes; TLS 1.3 wants 32 in front of old boxes.
  std::vector<std::uint16_t> suites{};
  std::vector<std::uint8_t> compression{0};
  std::string server_name{};  ///< "" or an address: no SNI (RFC 6066 section 3).
  std::vector<std::uint16_t> groups{};
  std::vector<std::uint16_t> signature_schemes{};
  std::vector<std::string> alpn{};
  bool extensions = true;              ///< False for SSL 3.0.
  bool extended_master_secret = true;  ///< RFC 7627
  bool renegotiation_info = true;      ///< RFC 5746
  bool session_ticket = false;         ///< RFC 5077
  bool status_request = false;         ///< RFC 6066 section 8
  bool heartbeat = false;              ///< RFC 6520
  bool grease = false;                 ///< RFC 8701: values that nobody knows, to be ignored.
};

/// The message in one record (RFC 8446 section 4.1.2). With Version::kTls13, supported_versions
/// offers 1.3 alone and key_share is empty, so that a right server answers with a
/// HelloRetryRequest that names the group it would take.
std::string client_hello(const ClientHello& hello);

}  // namespace lr::domain::tls
