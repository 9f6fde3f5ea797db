#include "secrets/exact/testing/shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "crypto/digest.h"

namespace lr::secrets::testing {
namespace {

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kKeyboard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"
    "\\ ";

std::string key_block(SeededRng& rng) {
  std::string out = fmt::format("-----{} PRIVATE KEY-----\n", "BEGIN");
  for (int line = 0; line < 4; ++line) out += random_text(rng, kAlphanumeric, 64) + "\n";
  return out + fmt::format("-----{} PRIVATE KEY-----", "END");
}

std::string value_of_kind(std::uint64_t kind, SeededRng& rng) {
  switch (kind) {
    case 0:
      return random_text(rng, kAlphanumeric, 10 + rng.below(6)) + "7qX";
    case 1:
      return fmt::format("sk_{}_{}", "live", random_text(rng, kAlphanumeric, 24 + rng.below(40)));
    case 2:
      return random_text(rng, kHexDigits, 32) + random_text(rng, kHexDigits, rng.below(33));
    case 3:
      return fmt::format("postgres://app:{}@db.internal:5432/app?sslmode=require",
                         random_text(rng, kAlphanumeric, 20));
    case 4:
      return "pW9" + random_text(rng, kKeyboard, 16 + rng.below(16)) + "Zq4";
    case 5:
      return "Schlüssel-€-" + random_text(rng, kAlphanumeric, 16) + "-𝄞";
    case 6:
      return key_block(rng);
    default:
      return crypto::base64_encode(random_text(rng, kKeyboard, 30 + rng.below(20)));
  }
}

std::string escaped(std::string_view value, std::string_view keep, std::string_view format) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (kAlphanumeric.contains(c) ? keep != "nothing" : keep != "nothing" && keep.contains(c)) {
      out += c;
    } else {
      out += fmt::format(fmt::runtime(format), byte);
    }
  }
  return out;
}

std::string swapped(std::string_view value, char find, std::string_view by) {
  std::string out;
  for (const char c : value) out += c == find ? std::string(by) : std::string(1, c);
  return out;
}

/// The code points of valid UTF-8.
std::vector<std::uint32_t> points(std::string_view value) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < value.size();) {
    const auto lead = static_cast<std::uint8_t>(value[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      point = point * 64 + (static_cast<std::uint8_t>(value[i + k]) & 0x3f);
    }
    i += length;
    out.push_back(point);
  }
  return out;
}

std::u16string utf16(std::string_view value) {
  std::u16string out;
  for (const std::uint32_t point : points(value)) {
    if (point >= 0x10000) {
      out += static_cast<char16_t>(0xd7c0 + (point >> 10));
      out += static_cast<char16_t>(0xdc00 + (point & 0x3ff));
    } else {
      out += static_cast<char16_t>(point);
    }
  }
  return out;
}

std::string entities(std::string_view value, std::string_view format) {
  std::string out;
  for (const std::uint32_t point : points(value)) {
    out += fmt::format(fmt::runtime(format), point);
  }
  return out;
}

std::string utf16_bytes(std::string_view value, bool little) {
  std::string out;
  for (const char16_t unit : utf16(value)) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xff);
    out += little ? low : high;
    out += little ? high : low;
  }
  return out;
}

std::string unicode_escapes(std::string_view value, std::string_view format) {
  std::string out;
  for (const char16_t unit : utf16(value)) {
    out += fmt::format(fmt::runtime(format), static_cast<unsigned>(unit));
  }
  return out;
}

void add_base64(std::vector<Shape>& out, Encoding encoding, std::string_view value,
                SeededRng& rng) {
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string whole = random_text(rng, kKeyboard, before) + std::string(value) +
                              random_text(rng, kKeyboard, rng.below(4));
    out.push_back({encoding, encoding == Encoding::kBase64Url ? crypto::base64url_encode(whole)
                                                              : crypto::base64_encode(whole)});
  }
}

}  // namespace

std::string random_text(SeededRng& rng, std::string_view alphabet, std::size_t length) {
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += alphabet[rng.below(alphabet.size())];
  return out;
}

std::vector<NamedSecret> sample_secrets(std::size_t count, SeededRng& rng) {
  std::vector<NamedSecret> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back({fmt::format("SECRET_{}", i), Secret(value_of_kind(i % 8, rng))});
  }
  return out;
}

std::vector<Shape> shapes_of(std::string_view value, SeededRng& rng) {
  const std::string text(value);
  const std::string json = boost::json::serialize(boost::json::string(value));
  std::string upper = crypto::hex(value);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  std::vector<Shape> out = {
      {Encoding::kPlain, text},
      {Encoding::kHexLower, crypto::hex(value)},
      {Encoding::kHexUpper, upper},
      {Encoding::kPercent, escaped(value, "-._~", "%{:02X}")},
      {Encoding::kPercent, escaped(value, "-._~!*'()", "%{:02x}")},
      {Encoding::kPercentAll, escaped(value, "nothing", "%{:02X}")},
      {Encoding::kJson, json.substr(1, json.size() - 2)},
      {Encoding::kUnicodeEscapes, unicode_escapes(value, "\\u{:04x}")},
      {Encoding::kUnicodeEscapes, unicode_escapes(value, "\\u{:04X}")},
      {Encoding::kByteEscapes, escaped(value, "nothing", "\\x{:02x}")},
      {Encoding::kOctalEscapes, escaped(value, "nothing", "\\{:03o}")},
      {Encoding::kUtf16Le, utf16_bytes(value, true)},
      {Encoding::kUtf16Be, utf16_bytes(value, false)},
      {Encoding::kHtml, entities(value, "&#{};")},
      {Encoding::kHtml, entities(value, "&#x{:x};")},
      {Encoding::kHtml,
       swapped(swapped(swapped(swapped(text, '&', "&amp;"), '<', "&lt;"), '>', "&gt;"), '"',
               "&quot;")},
      {Encoding::kQuoted, swapped(text, '\'', "'\\''")},
      {Encoding::kReversed, std::string(value.rbegin(), value.rend())}};
  add_base64(out, Encoding::kBase64, value, rng);
  add_base64(out, Encoding::kBase64Url, value, rng);
  add_base64(out, Encoding::kBase64Utf16, utf16_bytes(value, true), rng);
  return out;
}

}  // namespace lr::secrets::testing
