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
  constexpr std::size_t kReadable = 16;
  const auto fits = [&](std::size_t at) {
    return may_be_readable(
        static_cast<char>(hex_digit(digits[2 * at]) << 4 | hex_digit(digits[2 * at + 1])));
  };
  for (std::size_t begin = 0; begin + kReadable <= digits.size() / 2;) {
    std::size_t end = begin + kReadable;
    while (end > begin && fits(end - 1)) --end;
    if (end == begin) return true;
    begin = end;
  }
  return false;
}

}  // namespace lr::secrets
