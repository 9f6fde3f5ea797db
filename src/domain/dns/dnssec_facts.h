// Keys, digests and signatures of DNSSEC as data (RFC 4034, 5155, 7344). Validation itself is the
// resolver's; this says what will break next, and why.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/dns.h"
#include "domain/dns/message.h"

namespace lr::domain {

/// RFC 4034 appendix B.
std::uint16_t key_tag(const DnsKey& key);
/// Bits of an RSA key's modulus; 0 for other algorithms and for keys that cannot be read.
std::size_t rsa_bits(const DnsKey& key);
/// Does `signer` name `key` of `zone`: tag, algorithm and digest? nullopt for digest types that
/// nobody implements.
std::optional<bool> matches(const DelegationSigner& signer, const DnsKey& key,
                            std::string_view zone);
/// Digest type 2, as a parent should publish it.
DelegationSigner signer_of(const DnsKey& key, std::string_view zone);
/// RFC 8624 section 3.1: must not be used for signing (RSAMD5, DSA, RSASHA1 and relatives).
bool is_weak_algorithm(std::uint8_t algorithm);
std::string algorithm_name(std::uint8_t algorithm);  ///< "RSASHA256 (8)"

/// NSEC3PARAM: hash, flags, iterations, salt. nullopt when it cannot be read.
std::optional<std::uint16_t> nsec3_iterations(const Opaque& data);

/// How urgent the end of a signature is, seen against its whole life: signers on the fly make them
/// for two days at a time, others for a month and renew late.
enum class SignatureAge : std::uint8_t { kFresh, kLate, kEnding, kExpired };
struct SignatureLife {
  SignatureAge age = SignatureAge::kFresh;
  std::chrono::seconds left{0};
};
SignatureLife life_of(const Signature& signature, WallTime now);

/// Do the child's CDS records ask for other DS records than the parent has (RFC 7344)?
enum class Rollover : std::uint8_t { kNone, kWaiting, kRemoval };
Rollover rollover_of(const std::vector<DelegationSigner>& parent,
                     const std::vector<DelegationSigner>& child);

}  // namespace lr::domain
