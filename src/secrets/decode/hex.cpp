#include <algorithm>
#include <array>
#include <cstdint>

#include "secrets/decode/append_utf8.h"
#include "secrets/decode/blocks.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {

std::optional<std::string> decode_hex(std::string_view run) {
  if (run.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(run.size() / 2);
  for (std::size_t i = 0; i < run.size(); i += 2) {
    const int high = hex_digit(run[i]);
    const int low = hex_digit(run[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

bool hex_may_be_readable(std::string_view digits) {
  constexpr std::uint64_t kSecondDigits = 0xAAAA'AAAA'AAAA'AAAA;
  // Sixteen bytes are half a block: within one, or from the last half of the one before.
  const auto half_in_a_row = [](std::uint64_t bits) {
    for (const unsigned by : {1u, 2u, 4u, 8u, 16u}) bits &= bits >> by;
    return bits != 0;
  };
  std::uint64_t before = 0;
  for (; !digits.empty(); digits.remove_prefix(std::min(kBlock, digits.size()))) {
    std::array<char, kBlock> last;
    const char* block = digits.data();
    if (digits.size() < kBlock) {
      last.fill('f');
      std::ranges::copy(digits, last.begin());
      block = last.data();
    }
    const std::uint64_t fits = readable_digits_mask(block) | kSecondDigits;
    if (half_in_a_row(fits) || half_in_a_row(before >> kBlock / 2 | fits << kBlock / 2))
      return true;
    before = fits;
  }
  return false;
}

}  // namespace lr::secrets
