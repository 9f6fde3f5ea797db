#include "domain/dns/dnssec_facts.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <tuple>

#include "domain/rdata_wire.h"
#include "domain/zone.h"

namespace lr::domain {
namespace {

using std::chrono::days;
using std::chrono::seconds;

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

const EVP_MD* digest_of(std::uint8_t type) {
  switch (type) {
    case 1:
      return EVP_sha1();
    case 2:
      return EVP_sha256();
    case 4:
      return EVP_sha384();
    default:
      return nullptr;
  }
}

/// RFC 4034 section 5.1.4: over the owner's name and the key's RDATA.
std::optional<std::string> digest(const DnsKey& key, std::string_view zone, std::uint8_t type) {
  const EVP_MD* method = digest_of(type);
  if (method == nullptr) return std::nullopt;
  const std::string input = encode_name(canonical_name(zone)) + encode_rdata(key);
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(input.data(), input.size(), out.data(), &size, method, nullptr) != 1) {
    return std::nullopt;
  }
  return std::string(out.begin(), out.begin() + size);
}

auto as_tuple(const DelegationSigner& ds) {
  return std::tuple(ds.key_tag, ds.algorithm, ds.digest_type, ds.digest);
}

/// Serial number arithmetic (RFC 1982): times wrap in 2106.
seconds between(std::uint32_t from, std::uint32_t to) {
  return seconds(static_cast<std::int32_t>(to - from));
}

}  // namespace

std::uint16_t key_tag(const DnsKey& key) {
  const std::string wire = encode_rdata(key);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < wire.size(); ++i) {
    sum += (i & 1) != 0 ? byte_at(wire, i) : static_cast<std::uint32_t>(byte_at(wire, i)) << 8;
  }
  return static_cast<std::uint16_t>((sum + (sum >> 16 & 0xffff)) & 0xffff);
}

std::size_t rsa_bits(const DnsKey& key) {
  constexpr std::array<std::uint8_t, 5> kRsa{1, 5, 7, 8, 10};
  if (std::ranges::count(kRsa, key.algorithm) == 0 || key.key.empty()) return 0;
  // RFC 3110: the exponent's length in one byte, or in two after a zero.
  std::size_t length = byte_at(key.key, 0);
  std::size_t at = 1;
  if (length == 0) {
    if (key.key.size() < 3) return 0;
    length = static_cast<std::size_t>(byte_at(key.key, 1)) << 8 | byte_at(key.key, 2);
    at = 3;
  }
  if (key.key.size() <= at + length) return 0;
  std::string_view modulus = std::string_view(key.key).substr(at + length);
  modulus.remove_prefix(std::min(modulus.find_first_not_of('\0'), modulus.size()));
  return modulus.size() * 8;
}

std::optional<bool> matches(const DelegationSigner& signer, const DnsKey& key,
                            std::string_view zone) {
  if (signer.algorithm != key.algorithm || signer.key_tag != key_tag(key)) return false;
  const auto expected = digest(key, zone, signer.digest_type);
  if (!expected) return std::nullopt;
  return *expected == signer.digest;
}

DelegationSigner signer_of(const DnsKey& key, std::string_view zone) {
  constexpr std::uint8_t kSha256 = 2;
  return {key_tag(key), key.algorithm, kSha256, digest(key, zone, kSha256).value_or("")};
}

bool is_weak_algorithm(std::uint8_t algorithm) {
  constexpr std::array<std::uint8_t, 6> kWeak{1, 3, 5, 6, 7, 12};
  return std::ranges::count(kWeak, algorithm) != 0;
}

std::string algorithm_name(std::uint8_t algorithm) {
  constexpr std::array<std::string_view, 17> kNames = {"",
                                                       "RSAMD5",
                                                       "",
                                                       "DSA",
                                                       "",
                                                       "RSASHA1",
                                                       "DSA-NSEC3-SHA1",
                                                       "RSASHA1-NSEC3-SHA1",
                                                       "RSASHA256",
                                                       "",
                                                       "RSASHA512",
                                                       "",
                                                       "ECC-GOST",
                                                       "ECDSAP256SHA256",
                                                       "ECDSAP384SHA384",
                                                       "ED25519",
                                                       "ED448"};
  const std::string_view name = algorithm < kNames.size() ? kNames[algorithm] : "";
  return name.empty() ? fmt::format("algorithm {}", algorithm)
                      : fmt::format("{} ({})", name, algorithm);
}

std::optional<std::uint16_t> nsec3_iterations(const Opaque& data) {
  if (data.wire.size() >= 5) {
    return static_cast<std::uint16_t>(byte_at(data.wire, 2) << 8 | byte_at(data.wire, 3));
  }
  std::string_view rest = data.text;  // "1 0 10 ABCD"
  for (int skipped = 0; skipped < 2; ++skipped) {
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(blank + 1);
  }
  std::uint16_t count = 0;
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
  if (problem != std::errc()) return std::nullopt;
  return count;
}

SignatureLife life_of(const Signature& signature, WallTime now) {
  const auto clock =
      static_cast<std::uint32_t>(std::chrono::floor<seconds>(now).time_since_epoch().count());
  const seconds left = between(clock, signature.expiration);
  const seconds whole = between(signature.inception, signature.expiration);
  if (left <= seconds(0)) return {SignatureAge::kExpired, left};
  if (left < std::min<seconds>(days(2), whole / 10)) return {SignatureAge::kEnding, left};
  if (left < std::min<seconds>(days(7), whole / 4)) return {SignatureAge::kLate, left};
  return {SignatureAge::kFresh, left};
}

Rollover rollover_of(const std::vector<DelegationSigner>& parent,
                     const std::vector<DelegationSigner>& child) {
  if (child.empty()) return Rollover::kNone;
  const bool removal = std::ranges::all_of(child, [](const auto& ds) { return ds.algorithm == 0; });
  if (removal) return parent.empty() ? Rollover::kNone : Rollover::kRemoval;
  // The parent may prefer another digest of the same keys, so keys are compared, and digests only
  // where both have the same type.
  std::set<std::uint16_t> asked;
  std::set<std::uint16_t> published;
  for (const auto& ds : child) asked.insert(ds.key_tag);
  for (const auto& ds : parent) published.insert(ds.key_tag);
  if (asked != published) return Rollover::kWaiting;
  const bool differs = std::ranges::any_of(child, [&](const auto& mine) {
    return std::ranges::any_of(parent, [&](const auto& theirs) {
      return mine.key_tag == theirs.key_tag && mine.algorithm == theirs.algorithm &&
             mine.digest_type == theirs.digest_type && as_tuple(mine) != as_tuple(theirs);
    });
  });
  return differs ? Rollover::kWaiting : Rollover::kNone;
}

}  // namespace lr::domain
