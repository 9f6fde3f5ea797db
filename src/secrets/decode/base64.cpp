#include <array>
#include <cstdint>

#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

constexpr std::uint8_t kNone = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNone;
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  values['-'] = 62;
  values['_'] = 63;
  return values;
}
constexpr auto kValues = make_values();

}  // namespace

std::size_t decode_base64(std::string_view run, std::span<char> out) {
  const auto value_at = [&](std::size_t at) {
    return std::uint32_t{kValues[static_cast<std::uint8_t>(run[at])]};
  };
  std::size_t size = 0;
  std::size_t at = 0;
  for (; run.size() - at >= 4 && out.size() - size >= 3; at += 4) {
    const std::uint32_t a = value_at(at), b = value_at(at + 1);
    const std::uint32_t c = value_at(at + 2), d = value_at(at + 3);
    if (((a | b | c | d) & kNone) != 0) break;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    out[size++] = static_cast<char>(bits >> 16);
    out[size++] = static_cast<char>(bits >> 8 & 0xFF);
    out[size++] = static_cast<char>(bits & 0xFF);
  }
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (; at < run.size() && value_at(at) != kNone; ++at) {
    bits = bits << 6 | value_at(at);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (size == out.size()) break;
    out[size++] = static_cast<char>(bits >> held & 0xFF);
  }
  return size;
}

std::string decode_base64(std::string_view run) {
  std::string out;
  out.resize(run.size() / 4 * 3 + 3);
  out.resize(decode_base64(run, std::span(out)));
  return out;
}

}  // namespace lr::secrets
