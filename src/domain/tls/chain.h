// Does the served list of certificates lead to a root that is trusted, and how well is it made?
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "domain/tls/certificate_facts.h"

namespace lr::domain::tls {

/// The roots that are trusted.
class TrustStore {
 public:
  /// `ca_file` is a PEM file; "" takes the system's roots. Errors: kInvalidArgument.
  static Result<std::unique_ptr<TrustStore>> load(const std::string& ca_file);
  ~TrustStore();
  struct Impl;
  const Impl& impl() const { return *impl_; }
  bool is_system() const { return system_; }

 private:
  TrustStore(std::unique_ptr<Impl> impl, bool system);
  std::unique_ptr<Impl> impl_;
  bool system_;
};

struct ChainFacts {
  enum class Trust : std::uint8_t {
    kTrusted,
    kSelfSigned,   ///< The leaf signed itself and is no root.
    kUnknownRoot,  ///< It leads to a root that nobody here knows.
    kIncomplete,   ///< The next issuer was not sent and is not known.
    kBroken,       ///< A signature or a constraint is wrong: `reason`.
  };
  Trust trust = Trust::kBroken;
  std::string reason{};                    ///< OpenSSL's words.
  std::vector<CertificateFacts> served{};  ///< The leaf first, as sent.
  std::vector<std::size_t> used{};         ///< Places in `served` that the path uses, in order.
  bool root_sent = false;                  ///< A self-signed certificate behind the leaf.
  bool out_of_order = false;               ///< All are there, not each behind whom it signed.
  std::vector<std::string> extra{};        ///< Subjects that the path does not need.
};

/// Times are not judged here. Errors: kBadGateway when a certificate cannot be read or none came.
Result<ChainFacts> study_chain(const std::vector<std::string>& served, const TrustStore& roots);

/// What a stapled OCSP answer (RFC 6960) says of the leaf.
struct StapleFacts {
  enum class Status : std::uint8_t { kAbsent, kGood, kRevoked, kUnusable };
  Status status = Status::kAbsent;
  std::string reason{};  ///< For kUnusable.
};
StapleFacts study_staple(const std::string& staple, const ChainFacts& chain, WallTime now);

}  // namespace lr::domain::tls
