#include <algorithm>
#include <array>

#include "secrets/filters/filters.h"
#include "secrets/filters/words_table.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kClasses = 28;
constexpr std::uint8_t kDigit = 26;
constexpr std::uint8_t kGap = 27;

std::uint8_t class_of(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a');
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
  return c >= '0' && c <= '9' ? kDigit : kGap;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Changes of case other than at the front of a word ("Word", "WORD") cost what a coin costs.
double case_bits(std::string_view text) {
  double bits = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (class_of(text[i - 1]) >= kDigit || class_of(text[i]) >= kDigit) continue;
    const bool before = is_upper(text[i - 1]);
    const bool now = is_upper(text[i]);
    if (before == now) bits += 0.2;
    if (!before && now) bits += 2.5;  // camelCase
    if (before && !now) bits += i >= 2 && is_upper(text[i - 2]) ? 2.0 : 0.2;
  }
  return bits;
}

}  // namespace

double surprise(std::string_view text) {
  if (text.empty()) return 0;
  std::uint8_t a = kGap;
  std::uint8_t b = kGap;
  double bits = case_bits(text);
  for (char c : text) {
    const std::uint8_t now = class_of(c);
    bits += (kSurpriseTable[(a * kClasses + b) * kClasses + now] - '#') / 4.0;
    // The table counts all digits as one and all signs as one; which one it is has to be told too.
    if (now == kDigit) bits += 3.3;
    a = b;
    b = now;
  }
  return bits / static_cast<double>(text.size());
}

bool reads_like_words(std::string_view secret) {
  // Hex digits have few letters to be surprising with, but no word is made of them and digits.
  const bool hex = secret.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (hex && secret.size() >= 16 && secret.find_first_of("0123456789") != std::string_view::npos) {
    return false;
  }
  // Identifiers and prose measure 3.4 to 5.7, random hex digits 6.7 and more, other random text 9
  // and more. Short texts vary more.
  const double least = secret.size() < 12 ? 6.2 : 5.8;
  return surprise(secret) < least;
}

}  // namespace lr::secrets
