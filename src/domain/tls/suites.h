// Cipher suites, groups and signature algorithms of TLS: what each is made of and what is wrong
// with it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lr::domain::tls {

/// ProtocolVersion (RFC 8446 section 4.1.2, RFC 6101).
enum class Version : std::uint16_t {
  kSsl30 = 0x0300,
  kTls10 = 0x0301,
  kTls11 = 0x0302,
  kTls12 = 0x0303,
  kTls13 = 0x0304,
};
std::string_view version_name(Version version);  ///< "TLS 1.2"

/// Pseudo suites: signals of a client, never chosen by a right server.
inline constexpr std::uint16_t kRenegotiationScsv = 0x00ff;  ///< RFC 5746 section 3.3
inline constexpr std::uint16_t kFallbackScsv = 0x5600;       ///< RFC 7507

struct CipherSuite {
  std::uint16_t code = 0;
  std::string_view name{};            ///< Without "TLS_".
  std::string_view key_exchange{};    ///< "ECDHE", "DHE", "RSA", "PSK"…; "" in TLS 1.3.
  std::string_view authentication{};  ///< "RSA", "ECDSA", "DSS", "anon", "PSK"…; "" in TLS 1.3.
  std::string_view encryption{};      ///< "AES_128_GCM", "3DES_EDE_CBC", "NULL"
  std::string_view mac{};    ///< "SHA256": of the MAC, or of the key derivation of an AEAD.
  int bits = 0;              ///< Of the key that protects data, as commonly counted.
  bool tls13 = false;        ///< Of TLS 1.3 alone (RFC 8446 appendix B.4).
  bool tls12 = false;        ///< Needs TLS 1.2: AEAD, or a MAC of SHA-2.
  bool null = false;         ///< Encrypts nothing.
  bool anonymous = false;    ///< The server proves nothing about itself.
  bool exported = false;     ///< Weakened on purpose for export, at most 56 bits.
  bool rc4 = false;          ///< RFC 7465 forbids it.
  bool single_des = false;   ///< DES and 40-bit relatives of it.
  bool small_block = false;  ///< 3DES, IDEA, RC2: 64-bit blocks (Sweet32).
  bool cbc = false;          ///< MAC, then encrypt (Lucky Thirteen).
  bool aead = false;
  bool forward_secret = false;
  bool md5 = false;
};

/// All that are known, sorted by code. Made once, any thread.
std::span<const CipherSuite> cipher_suites();
const CipherSuite* find_suite(std::uint16_t code);
/// "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", or "0xC0FF" when unknown.
std::string suite_name(std::uint16_t code);

/// NamedGroup (RFC 8446 section 4.2.7, RFC 8422, RFC 7919).
struct Group {
  std::uint16_t code;
  std::string_view name;
  int bits;           ///< Of the field (of the prime of a finite field).
  bool tls13;         ///< May be used there.
  bool post_quantum;  ///< Hybrid with ML-KEM.
  /// Under 112 bits of strength.
  bool weak() const { return (code >= 0x0100 && code < 0x0200) ? bits < 2048 : bits < 224; }
};
inline constexpr std::uint16_t kX25519MlKem768 = 0x11ec;
std::span<const Group> groups();
const Group* find_group(std::uint16_t code);
std::string group_name(std::uint16_t code);

/// SignatureScheme (RFC 8446 section 4.2.3), as pairs of hash and signature before (RFC 5246).
struct SignatureScheme {
  std::uint16_t code;
  std::string_view name;
  bool weak;  ///< MD5 or SHA-1 (RFC 9155).
};
std::span<const SignatureScheme> signature_schemes();
std::string signature_scheme_name(std::uint16_t code);

}  // namespace lr::domain::tls
