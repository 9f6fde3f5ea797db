// Certificates for tests, right ones and broken ones: roots, intermediates and leaves, each with
// the faults that servers are found with. All are made in memory; nothing is read from the system.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace lr::domain {

enum class TestKey : std::uint8_t { kP256, kP384, kP224, kRsa1024, kRsa2048, kRsa3072, kEd25519 };
enum class TestDigest : std::uint8_t { kSha256, kSha384, kSha1, kMd5 };

struct CertificateSpec {
  std::string common_name{};         ///< "" for none.
  std::string organization{};        ///< "" for none.
  std::vector<std::string> names{};  ///< subjectAltName: DNS names and IP addresses; empty: no SAN.
  TestKey key = TestKey::kP256;
  std::string key_pem{};  ///< PEM of a key to use again; "" makes a new one of kind `key`.
  TestDigest digest = TestDigest::kSha256;
  WallTime from{};   ///< notBefore.
  WallTime until{};  ///< notAfter.
  bool ca = false;
  std::string key_usage{};              ///< OpenSSL's words: "digitalSignature"; "" the usual one.
  std::string extended = "serverAuth";  ///< extendedKeyUsage; "" for none. Not put into a CA.
  std::string ocsp_url{};               ///< Authority information access (RFC 5280).
  std::string issuer_url{};             ///< Where the issuer's certificate is to be had.
  bool must_staple = false;             ///< The TLS feature status_request (RFC 7633).
  bool transparency = false;            ///< An SCT list in it (RFC 6962); its signature is made up.
  std::uint64_t serial = 0;             ///< 0 takes a random one of 126 bits.
};

/// PEM texts. The key is a throw-away of a test and no secret.
struct TestCertificate {
  std::string certificate{};
  std::string key{};
};

/// Signs with `issuer`'s key and under its name; nullptr makes it self-signed.
/// Errors: kInternal with OpenSSL's reason (a digest or key that this OpenSSL refuses).
Result<TestCertificate> make_certificate(const CertificateSpec& spec,
                                         const TestCertificate* issuer = nullptr);

/// A root and an intermediate below it, valid for years around `now`.
struct TestAuthority {
  TestCertificate root{};
  TestCertificate intermediate{};

  static Result<TestAuthority> make(WallTime now);
  /// What a careful owner has: a name, 90 days of which 30 are gone, issued by the intermediate.
  CertificateSpec good_leaf(const std::string& name, WallTime now) const;
  Result<TestCertificate> issue(const CertificateSpec& spec) const;
  /// A good_leaf() for `name`, with the intermediate behind it: what a right server serves.
  Result<TestCertificate> served_for(const std::string& name, WallTime now) const;
};

/// PEM texts in a row, as a server's certificate file wants them.
std::string pem_chain(std::span<const TestCertificate> certificates);

/// An OCSP answer (RFC 6960, DER) about `leaf`, signed by its issuer: good, or revoked.
/// `produced` is thisUpdate; nextUpdate comes seven days later.
Result<std::string> make_ocsp_answer(const TestCertificate& leaf, const TestCertificate& issuer,
                                     bool revoked, WallTime produced);

}  // namespace lr::domain
