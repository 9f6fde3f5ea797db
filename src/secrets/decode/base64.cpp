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
  std::size_t size = 0;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (char c : run) {
    const std::uint8_t value = kValues[static_cast<std::uint8_t>(c)];
    if (value == kNone) break;
    bits = bits << 6 | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      if (size == out.size()) break;
      out[size++] = static_cast<char>(bits >> held & 0xFF);
    }
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
