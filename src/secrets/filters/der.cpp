// Private keys as they stand in ASN.1, without the lines of PEM around them.
#include <fmt/format.h>

#include <string>

#include "crypto/private_key.h"
#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

/// SEQUENCE whose length is that of the rest, as every ASN.1 key starts.
bool is_der_sequence(std::string_view der) {
  if (der.size() < 16 || der[0] != 0x30) return false;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(der[i]); };
  std::size_t length = byte(1);
  std::size_t head = 2;
  if (length >= 0x80) {
    const std::size_t count = length & 0x7F;
    if (count == 0 || count > 3) return false;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = length << 8 | byte(head++);
  }
  return head + length == der.size();
}

/// It stands within "-----BEGIN …-----", and is reported with that.
bool is_armored(std::string_view before) {
  while (!before.empty() && (before.back() == ' ' || before.back() == '\n')) {
    before.remove_suffix(1);
  }
  return before.ends_with("----");  // A fifth one may be the byte that the match begins with.
}

}  // namespace

Proven prove_der(std::string_view der) {
  if (!is_der_sequence(der)) return {};
  const auto digest = crypto::public_key_digest(der);
  const std::string_view publisher = digest ? publisher_of(*digest) : std::string_view();
  if (publisher.empty()) return {true, ""};
  return {true,
          fmt::format("this private key is published in {}'s sources: it protects nothing; replace "
                      "it wherever it is in use",
                      publisher),
          true};
}

Proven prove_base64_der(std::string_view base64, std::string_view before) {
  if (is_armored(before)) return {};
  std::string padded(base64.substr(0, base64.find('=')));
  padded.append((4 - padded.size() % 4) % 4, '=');
  const auto der = crypto::base64_decode(padded);
  return der ? prove_der(*der) : Proven{};
}

}  // namespace lr::secrets
