// Only moves parts of one encoding into another: a key is neither checked nor computed with, which
// OpenSSL takes a hundred times as long for.
#include "crypto/private_key.h"

#include <cstdint>
#include <string>

namespace lr::crypto {
namespace {

// Tags and object identifiers of RFC 3279, RFC 5480 and X.690.
constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kBits = 0x03;
constexpr std::uint8_t kOctets = 0x04;
constexpr std::uint8_t kIdentifier = 0x06;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kContext0 = 0xA0;
constexpr std::uint8_t kContext1 = 0xA1;
constexpr std::string_view kRsa("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01", 11);
constexpr std::string_view kRsaParameters("\x05\x00", 2);
constexpr std::string_view kDsa("\x06\x07\x2A\x86\x48\xCE\x38\x04\x01", 9);
constexpr std::string_view kEc("\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01", 9);

struct Element {
  std::uint8_t tag = 0;
  std::string_view all;
  std::string_view content;
};

/// Takes the next element; one with tag 0 when there is none.
Element take(std::string_view& from) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(from[i]); };
  if (from.size() < 2) return {};
  std::size_t length = byte(1);
  std::size_t head = 2;
  if (length >= 0x80) {
    const std::size_t count = length & 0x7F;
    if (count == 0 || count > 3 || from.size() < 2 + count) return {};
    for (length = 0; head < 2 + count; ++head) length = length << 8 | byte(head);
  }
  if (from.size() - head < length) return {};
  const Element element{byte(0), from.substr(0, head + length), from.substr(head, length)};
  from.remove_prefix(element.all.size());
  return element;
}

/// The same; empty when it has another tag.
std::string_view take(std::string_view& from, std::uint8_t tag) {
  const Element element = take(from);
  return element.tag == tag ? element.all : std::string_view();
}

std::string_view content_of(std::string_view element) { return take(element).content; }

std::string encoded(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  const std::size_t size = content.size();
  if (size < 0x80) {
    out += static_cast<char>(size);
  } else if (size < 0x100) {
    out += {'\x81', static_cast<char>(size)};
  } else {
    out += {'\x82', static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
  }
  return out.append(content);
}

using Text = std::string;

/// RFC 5280 section 4.1: algorithm, and the key as whole bytes.
Text public_key(std::string_view algorithm, std::string_view parameters, std::string_view key) {
  return encoded(kSequence, encoded(kSequence, Text(algorithm).append(parameters)).append(key));
}

Text bits(std::string_view content) { return encoded(kBits, Text(1, '\0').append(content)); }

/// RFC 8017 appendix A.1.2, behind the version.
Text from_rsa(std::string_view key) {
  const std::string_view modulus = take(key, kInteger);
  const std::string_view exponent = take(key, kInteger);
  if (modulus.empty() || exponent.empty()) return "";
  return public_key(kRsa, kRsaParameters, bits(encoded(kSequence, Text(modulus).append(exponent))));
}

/// Behind the version: p, q, g, the public and the private value.
Text from_dsa(std::string_view key) {
  Text parameters;
  for (int i = 0; i < 3; ++i) parameters.append(take(key, kInteger));
  const std::string_view value = take(key, kInteger);
  if (value.empty()) return "";
  return public_key(kDsa, encoded(kSequence, parameters), bits(value));
}

/// RFC 5915, behind the version. The curve may stand outside, the public key may be missing.
Text from_ec(std::string_view key, std::string_view curve) {
  if (take(key, kOctets).empty()) return "";
  Element next = take(key);
  if (next.tag == kContext0) {
    curve = next.content;
    next = take(key);
  }
  if (next.tag != kContext1 || curve.empty()) return "";
  return public_key(kEc, curve, next.content);
}

std::size_t integers_in(std::string_view key) {
  std::size_t count = 0;
  while (!take(key, kInteger).empty()) ++count;
  return key.empty() ? count : 0;
}

/// RFC 5958, behind the version.
Text from_pkcs8(std::string_view info) {
  std::string_view algorithm = content_of(take(info, kSequence));
  const std::string_view name = take(algorithm, kIdentifier);
  std::string_view key = content_of(take(info, kOctets));
  std::string_view inner = content_of(take(key, kSequence));
  if (take(inner, kInteger).empty()) return "";
  if (name == kRsa) return from_rsa(inner);
  if (name == kEc) return from_ec(inner, algorithm);
  return "";
}

}  // namespace

std::optional<Sha256> public_key_digest(std::string_view der) {
  std::string_view key = content_of(take(der, kSequence));
  if (!der.empty() || take(key, kInteger).empty()) return std::nullopt;
  constexpr std::size_t kRsaIntegers = 8;
  constexpr std::size_t kDsaIntegers = 5;
  std::string_view look = key;
  const std::uint8_t second = take(look).tag;
  std::string found;
  if (second == kSequence) found = from_pkcs8(key);
  if (second == kOctets) found = from_ec(key, "");
  if (second == kInteger && integers_in(key) == kRsaIntegers) found = from_rsa(key);
  if (second == kInteger && integers_in(key) == kDsaIntegers) found = from_dsa(key);
  if (found.empty()) return std::nullopt;
  return sha256(found);
}

}  // namespace lr::crypto
