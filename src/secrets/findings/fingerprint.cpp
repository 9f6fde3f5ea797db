#include "secrets/findings/fingerprint.h"

#include <utility>

#include "crypto/digest.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kVersion = "lrs1:";
constexpr std::size_t kDigestBytes = 16;

std::string_view trimmed(std::string_view value) {
  constexpr std::string_view kAround = " \t\r\n\"'`";
  const std::size_t begin = value.find_first_not_of(kAround);
  if (begin == value.npos) return {};
  return value.substr(begin, value.find_last_not_of(kAround) - begin + 1);
}

/// A PEM block is the same key with other line ends, or as one line of a JSON string.
Secret without_layout(std::string_view value) {
  std::string out;
  out.reserve(value.size());  // No copy stays behind in a smaller buffer.
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string_view pair = value.substr(i, 2);
    if (pair == "\\n" || pair == "\\r") {
      ++i;
    } else if (!std::string_view(" \t\r\n").contains(value[i])) {
      out += value[i];
    }
  }
  return Secret(std::move(out));
}

}  // namespace

Secret normalised(std::string_view value) {
  const std::string_view inside = trimmed(value);
  if (inside.starts_with("-----BEGIN ")) return without_layout(inside);
  return Secret(std::string(inside));
}

std::string fingerprint_of(std::string_view key, std::string_view family, std::string_view value) {
  const Secret same = normalised(value);
  std::string message;
  message.reserve(family.size() + 1 + same.expose().size());
  message.append(family).append(1, '\0').append(same.expose());
  const Secret wiped(std::move(message));
  const crypto::Sha256 digest = crypto::hmac_sha256(key, wiped.expose());
  return std::string(kVersion) + crypto::hex(digest).substr(0, 2 * kDigestBytes);
}

bool is_fingerprint(std::string_view text) {
  if (!text.starts_with(kVersion)) return false;
  text.remove_prefix(kVersion.size());
  return text.size() == 2 * kDigestBytes &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace lr::secrets
