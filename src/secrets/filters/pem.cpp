#include <fmt/format.h>

#include <optional>
#include <string>

#include "crypto/digest.h"
#include "crypto/private_key.h"
#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

/// The bytes of a base64 body as it stands in files and in string literals: line ends, blanks,
/// quotes, "\n" written out, "+" between literals.
std::string plain_body(std::string_view body) {
  std::string plain;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    const bool escaped_line_end =
        c == '\\' && i + 1 < body.size() && (body[i + 1] == 'n' || body[i + 1] == 'r');
    if (escaped_line_end) ++i;
    const bool base64 = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                        (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
    if (base64) plain += c;
  }
  return plain;
}

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

/// Behind "Proc-Type: 4,ENCRYPTED" (RFC 1421) the key is encrypted and starts at the blank line.
bool skip_headers(std::string_view& body) {
  const bool encrypted = body.find("ENCRYPTED") != std::string_view::npos;
  for (std::string_view blank : {"\n\n", "\r\n\r\n", "\\n\\n"}) {
    const std::size_t at = body.find(blank);
    if (body.find(':') < at && at != std::string_view::npos) body = body.substr(at + blank.size());
  }
  return encrypted;
}

}  // namespace

Proven prove_pem(std::string_view block) {
  constexpr std::string_view kDashes = "-----";
  const std::size_t begin = block.find("-----BEGIN ");
  if (begin == std::string_view::npos) return {};
  const std::size_t label = begin + 11;
  const std::size_t label_end = block.find(kDashes, label);
  if (label_end == std::string_view::npos) return {};
  const std::string_view name = block.substr(label, label_end - label);
  const std::size_t end = block.find("-----END", label_end + kDashes.size());
  if (end == std::string_view::npos) return {};
  std::string_view body =
      block.substr(label_end + kDashes.size(), end - label_end - kDashes.size());
  const bool encrypted = skip_headers(body) || name.starts_with("ENCRYPTED");
  std::string base64 = plain_body(body);
  if (name.starts_with("PGP")) {  // A line "=XXXX" with a checksum follows the data.
    const std::size_t sum = base64.find('=');
    return {sum != std::string::npos && base64.size() > 200, ""};
  }
  const auto der = crypto::base64_decode(base64);
  if (!der) return {};
  if (name.starts_with("OPENSSH")) return {der->starts_with("openssh-key-v1"), ""};
  if (encrypted) return {der->size() >= 32, "encrypted"};
  if (!is_der_sequence(*der)) return {};
  const auto digest = crypto::public_key_digest(*der);
  const std::string_view publisher = digest ? publisher_of(*digest) : std::string_view();
  if (publisher.empty()) return {true, ""};
  return {true,
          fmt::format("this private key is published in {}'s sources: it protects nothing; replace "
                      "it wherever it is in use",
                      publisher),
          true};
}

}  // namespace lr::secrets
