// What stands in a certificate (RFC 5280), as far as a server's owner can get it wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace lr::domain::tls {

enum class KeyKind : std::uint8_t { kRsa, kEcdsa, kEdwards, kOther };

struct CertificateFacts {
  /// Names beyond these are counted, not kept.
  static constexpr std::size_t kNamesKept = 256;

  std::string der{};
  std::string subject{};  ///< "CN=acme.example"
  std::string issuer{};
  std::string issuer_organization{};  ///< O of the issuer; "" when it has none.
  std::string common_name{};
  std::vector<std::string> names{};  ///< subjectAltName: DNS names and addresses.
  std::size_t name_count = 0;
  WallTime from{};
  WallTime until{};
  std::string serial{};  ///< Hexadecimal.
  KeyKind key = KeyKind::kOther;
  int key_bits = 0;
  std::string curve{};          ///< "prime256v1"; "" for others than kEcdsa.
  std::string key_digest{};     ///< SHA-256 of SubjectPublicKeyInfo, hexadecimal.
  std::string signature{};      ///< "sha256WithRSAEncryption"
  bool weak_signature = false;  ///< MD5 or SHA-1.
  int version = 3;
  bool ca = false;
  bool self_signed = false;    ///< Its own key verifies it.
  bool key_usage_fits = true;  ///< No keyUsage, or one with which a TLS server can work.
  bool server_auth = true;     ///< No extendedKeyUsage, or one with serverAuth.
  std::string ocsp_url{};
  std::string issuer_url{};
  bool must_staple = false;   ///< RFC 7633
  bool transparency = false;  ///< SCTs inside (RFC 6962).
};

/// Errors: kBadGateway when the bytes are no certificate.
Result<CertificateFacts> read_certificate(std::string_view der);

/// RFC 6125: the names of subjectAltName, with wildcards for one whole label.
bool is_for_host(const CertificateFacts& certificate, const std::string& host);

}  // namespace lr::domain::tls
