#include "crypto/api_key.h"

#include <algorithm>

namespace lr::crypto {
namespace {

constexpr std::string_view kPrefix = "lr_";
constexpr std::string_view kHashPrefix = "sha256:";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kBodyCharacters = 43;
constexpr std::size_t kChecksumCharacters = 6;
constexpr std::size_t kSize = kPrefix.size() + kBodyCharacters + 1 + kChecksumCharacters;

std::string_view as_text(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Of everything in front of the last underscore.
std::string checksum(std::string_view body) {
  return base64url_encode(as_text(sha256(body))).substr(0, kChecksumCharacters);
}

}  // namespace

Secret generate_api_key(Rng& rng) {
  std::array<std::uint8_t, kKeyBytes> random{};
  rng.fill(random);
  std::string key(kPrefix);
  key.reserve(kSize);  // No reallocation leaves a copy of the key behind.
  key += base64url_encode({reinterpret_cast<const char*>(random.data()), random.size()});
  const std::string sum = checksum(key);
  key += '_';
  key += sum;
  return Secret(std::move(key));
}

bool looks_like_api_key(std::string_view text) {
  if (text.size() != kSize || !text.starts_with(kPrefix)) return false;
  const std::string_view body = text.substr(0, kPrefix.size() + kBodyCharacters);
  if (text[body.size()] != '_') return false;
  if (!base64url_decode(body.substr(kPrefix.size()))) return false;
  return text.substr(body.size() + 1) == checksum(body);
}

std::string hash_api_key(std::string_view key) {
  return std::string(kHashPrefix) + hex(sha256(key));
}

std::optional<Sha256> parse_api_key_hash(std::string_view text) {
  if (!text.starts_with(kHashPrefix)) return std::nullopt;
  const auto bytes = unhex(text.substr(kHashPrefix.size()));
  Sha256 digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::ranges::transform(*bytes, digest.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

}  // namespace lr::crypto
