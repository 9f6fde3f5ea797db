#include <fmt/format.h>

#include "secrets/filters/filters.h"

namespace lr::secrets {

// Behind the four letters of an access key id stand 80 bits in base32. Bits 1 to 40 of them are
// the account number, for ids made since 2019; account numbers have twelve decimal digits.
std::optional<std::string> aws_account(std::string_view key_id) {
  constexpr std::size_t kPrefix = 4;
  constexpr std::size_t kCharacters = 16;
  constexpr std::uint64_t kAccountMax = 999'999'999'999;
  if (key_id.size() != kPrefix + kCharacters) return std::nullopt;
  std::uint64_t head = 0;  // The first 50 bits.
  for (std::size_t i = kPrefix; i < key_id.size(); ++i) {
    const char c = key_id[i];
    unsigned digit = 0;
    if (c >= 'A' && c <= 'Z') {
      digit = static_cast<unsigned>(c - 'A');
    } else if (c >= '2' && c <= '7') {
      digit = static_cast<unsigned>(c - '2') + 26;
    } else {
      return std::nullopt;
    }
    if (i < kPrefix + 10) head = head << 5 | digit;
  }
  const std::uint64_t account = head >> 9 & ((1ull << 40) - 1);
  if (account == 0 || account > kAccountMax) return std::nullopt;
  return fmt::format("{:012}", account);
}

}  // namespace lr::secrets
