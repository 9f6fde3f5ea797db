#include "secrets/samples.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "crypto/digest.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kPieceMax = 64 * 1024;
constexpr std::size_t kNestingMax = 4;

/// SplitMix64: small, and the same everywhere.
class Generator {
 public:
  Generator(std::string_view rule_id, std::size_t index) {
    for (char c : rule_id) mix(static_cast<std::uint8_t>(c));
    mix(index + 1);
  }
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  char pick(std::string_view alphabet) { return alphabet[next() % alphabet.size()]; }

 private:
  void mix(std::uint64_t value) { state_ = (state_ ^ value) * 0x100000001B3u; }
  std::uint64_t state_ = 0xCBF29CE484222325u;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// No run of three equal characters, and both a digit and a letter where the alphabet has both: a
/// sample must not look like a placeholder by chance.
std::string random_text(Generator& generator, std::string_view alphabet, std::size_t size) {
  const bool digits = std::ranges::any_of(alphabet, is_digit);
  const bool letters = !std::ranges::all_of(alphabet, is_digit);
  for (;;) {
    std::string text;
    while (text.size() < size) {
      const char c = generator.pick(alphabet);
      const std::size_t n = text.size();
      if (n >= 2 && text[n - 1] == c && text[n - 2] == c) continue;
      text.push_back(c);
    }
    if (size < 8 || !digits || !letters) return text;
    const auto count = static_cast<std::size_t>(std::ranges::count_if(text, is_digit));
    if (count > 0 && count < size) return text;
  }
}

struct Alphabet {
  std::string_view name;
  std::string_view characters;
};
constexpr auto kAlphabets = std::to_array<Alphabet>({
    {"digits", kDigits},
    {"lower", kLower},
    {"upper", kUpper},
    {"alpha", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
    {"base36", "0123456789abcdefghijklmnopqrstuvwxyz"},
    {"BASE36", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"hex", "0123456789abcdef"},
    {"HEX", "0123456789ABCDEF"},
    {"base62", kBase62},
    {"base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
    {"base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"},
    {"base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"},
    {"base64url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"},
    {"printable", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#%*+-.:?@^_~"},
});

std::string make_uuid(Generator& generator, bool upper) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 36; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      text += '-';
    } else if (i == 14) {
      text += '4';
    } else {
      text += i == 19 ? generator.pick("89ab") : generator.pick(kHex);
    }
  }
  if (upper)
    std::ranges::transform(text, text.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
  return text;
}

/// An access key id: "AKIA", then 80 bits in base32, of which bits 1 to 40 are the account.
std::string make_aws_key_id(Generator& generator) {
  constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const std::uint64_t account = 100'000'000'000 + generator.next() % 800'000'000'000;
  const std::uint64_t head = 1ull << 47 | account << 7 | generator.next() % 128;  // 48 bits
  std::string text = "AKIA";
  for (int shift = 43; shift >= 0; shift -= 5) text += kBase32[head >> shift & 31];
  const std::uint64_t last_bits = (head & 7) << 2 | generator.next() % 4;
  text += kBase32[last_bits];
  return text + random_text(generator, kBase32, 6);
}

std::string random_bytes(Generator& generator, std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) bytes += static_cast<char>(generator.next() & 0xFF);
  return bytes;
}

std::string make_jwt(Generator& generator, std::string_view variant) {
  const std::string_view algorithm = variant == "none" ? "none" : "HS256";
  const std::uint64_t expiry = variant == "expired" ? 1'500'000'000 : 4'000'000'000;
  const std::string header = fmt::format(R"({{"alg":"{}","typ":"JWT"}})", algorithm);
  const std::string claims = fmt::format(R"({{"sub":"{}","iat":1400000000,"exp":{}}})",
                                         random_text(generator, kLower, 12), expiry);
  std::string token =
      crypto::base64url_encode(header) + "." + crypto::base64url_encode(claims) + ".";
  if (variant == "none") return token;
  return token + crypto::base64url_encode(random_bytes(generator, 32));
}

/// One element of DER that is longer than 255 bytes.
std::string element(char tag, std::string_view content) {
  const std::size_t size = content.size();
  return std::string{tag, '\x82', static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)}
      .append(content);
}

const std::string kVersion("\x02\x01\x00", 3);

/// DER that begins like a key: SEQUENCE { INTEGER 0, OCTET STRING of random bytes }.
std::string make_der(Generator& generator) {
  return element('\x30', kVersion + element('\x04', random_bytes(generator, 300)));
}

/// An RSA key of 2,048 bits as far as its modulus: PKCS #1, or within PKCS #8.
std::string make_rsa_der(Generator& generator, bool pkcs8) {
  const std::string modulus = std::string(1, '\0') + random_bytes(generator, 256);
  const std::string key =
      element('\x30', kVersion + element('\x02', modulus) + random_bytes(generator, 900));
  const std::string rsa("\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\x00", 15);
  return pkcs8 ? element('\x30', kVersion + rsa + element('\x04', key)) : key;
}

std::string make_pem(Generator& generator, std::string_view label) {
  std::string body = make_der(generator);
  if (label.starts_with("OPENSSH")) body = std::string("openssh-key-v1\0", 15) + body;
  const std::string encoded = crypto::base64_encode(body);
  std::string text = fmt::format("-----BEGIN {}-----\n", label);
  for (std::size_t i = 0; i < encoded.size(); i += 64) text += encoded.substr(i, 64) + "\n";
  return text + fmt::format("-----END {}-----", label);
}

std::optional<std::size_t> parse_count(std::string_view text) {
  std::size_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (count == 0 || count > kPieceMax) return std::nullopt;
  return count;
}

class Expander {
 public:
  Expander(std::string_view rule_id, std::size_t index) : generator_(rule_id, index) {}

  Result<std::string> expand(std::string_view text, std::size_t depth);
  /// A piece that was encoded may be reported either way, so it proves nothing.
  std::string piece() && { return encoded_ ? std::string() : std::move(piece_); }

 private:
  /// The end of the template that starts at `text[0] == '<'`: its matching '>', or npos.
  static std::size_t closing(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size() && text[i] != '\n'; ++i) {
      if (text[i] == '<') ++depth;
      if (text[i] == '>' && --depth == 0) return i;
    }
    return std::string_view::npos;
  }
  /// nullopt: not a template, stands as it is.
  Result<std::optional<std::string>> replace(std::string_view inner, std::size_t depth);
  Result<std::optional<std::string>> with_argument(std::string_view name, std::string_view argument,
                                                   std::size_t depth);
  std::string keep(std::string generated) {
    if (generated.size() > piece_.size()) piece_ = generated;
    return generated;
  }

  Generator generator_;
  std::string piece_;
  bool encoded_ = false;
};

Result<std::optional<std::string>> Expander::replace(std::string_view inner, std::size_t depth) {
  if (inner == "uuid" || inner == "UUID") return keep(make_uuid(generator_, inner == "UUID"));
  if (inner == "aws-key-id") return keep(make_aws_key_id(generator_));
  if (inner == "jwt") return keep(make_jwt(generator_, ""));
  const std::size_t colon = inner.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return with_argument(inner.substr(0, colon), inner.substr(colon + 1), depth);
}

Result<std::optional<std::string>> Expander::with_argument(std::string_view name,
                                                           std::string_view argument,
                                                           std::size_t depth) {
  if (name == "jwt" && (argument == "expired" || argument == "none")) {
    return keep(make_jwt(generator_, argument));
  }
  if (name == "pem") return keep(make_pem(generator_, argument));
  if (name == "der64" && (argument == "pkcs1" || argument == "pkcs8")) {
    return keep(crypto::base64_encode(make_rsa_der(generator_, argument == "pkcs8")));
  }
  if (name == "literal") return std::string(argument);
  if (name == "bytes") return crypto::unhex(argument);
  if (name == "encode64") {
    LR_TRY(const std::string text, expand(argument, depth + 1));
    encoded_ = true;
    return crypto::base64_encode(text);
  }
  if (name == "repeat" && argument.size() > 2 && argument[1] == ':') {
    if (const auto count = parse_count(argument.substr(2))) return std::string(*count, argument[0]);
  }
  const auto count = parse_count(argument);
  if (name == "random" && count) return keep(random_bytes(generator_, *count));
  if (name == "github-crc" && count) {
    const std::string text = random_text(generator_, kBase62, *count);
    return keep(text + crc32_base62(text));
  }
  for (const Alphabet& alphabet : kAlphabets) {
    if (alphabet.name == name && count) {
      return keep(random_text(generator_, alphabet.characters, *count));
    }
  }
  return std::nullopt;
}

Result<std::string> Expander::expand(std::string_view text, std::size_t depth) {
  if (depth > kNestingMax) return fail(Code::kInvalidArgument, "templates nest too deep");
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = text[i] == '<' ? closing(text.substr(i)) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[i++];
      continue;
    }
    const std::string_view inner = text.substr(i + 1, end - 1);
    LR_TRY(std::optional<std::string> made, replace(inner, depth));
    if (made) {
      out += *made;
      i += end + 1;
      continue;
    }
    // "<name:" that is none of ours is a mistake; "<your-token>" and "<b>" are text.
    const std::size_t word =
        inner.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    if (word != std::string_view::npos && word > 0 && inner[word] == ':' &&
        !inner.substr(word).starts_with("://")) {
      return fail(Code::kInvalidArgument, fmt::format("no such template: <{}>", inner));
    }
    out += text[i++];
  }
  return out;
}

}  // namespace

std::string crc32_base62(std::string_view text) {
  std::uint32_t crc = libdeflate_crc32(0, text.data(), text.size());
  std::string digits(6, '0');
  for (std::size_t i = digits.size(); i-- > 0; crc /= 62) digits[i] = kBase62[crc % 62];
  return digits;
}

Result<Sample> expand_sample(std::string_view text, std::string_view rule_id, std::size_t index) {
  Sample sample;
  if (text.starts_with("path=")) {
    const std::size_t end = text.find('\n');
    sample.path = text.substr(5, end == std::string_view::npos ? end : end - 5);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  Expander expander(rule_id, index);
  LR_TRY(sample.text, expander.expand(text, 0));
  sample.piece = std::move(expander).piece();
  return sample;
}

}  // namespace lr::secrets
