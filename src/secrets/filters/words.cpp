#include <algorithm>
#include <array>

#include "secrets/filters/filters.h"
#include "secrets/filters/words_table.h"

namespace lr::secrets {
namespace {

constexpr std::size_t kClasses = 28;
constexpr std::uint8_t kDigit = 26;
constexpr std::uint8_t kGap = 27;

constexpr auto kClassOf = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    table[c] = kGap;
    if (c >= 'a' && c <= 'z') table[c] = static_cast<std::uint8_t>(c - 'a');
    if (c >= 'A' && c <= 'Z') table[c] = static_cast<std::uint8_t>(c - 'A');
    if (c >= '0' && c <= '9') table[c] = kDigit;
  }
  return table;
}();

std::uint8_t class_of(char c) { return kClassOf[static_cast<std::uint8_t>(c)]; }

enum Case : std::uint8_t { kLower, kUpper, kNoLetter };
constexpr std::size_t kCases = 3;

constexpr auto kCaseOf = [] {
  std::array<Case, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    table[c] = c >= 'a' && c <= 'z' ? kLower : c >= 'A' && c <= 'Z' ? kUpper : kNoLetter;
  }
  return table;
}();

Case case_of(char c) { return kCaseOf[static_cast<std::uint8_t>(c)]; }

/// What a byte costs behind two others, by their cases. Changes of case other than at the front of
/// a word ("Word", "WORD") cost what a coin costs. In tenths of a bit.
constexpr auto kCaseCosts = [] {
  std::array<std::uint8_t, kCases * kCases * kCases> costs{};
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const std::size_t first = i / (kCases * kCases);
    const std::size_t before = i / kCases % kCases;
    const std::size_t now = i % kCases;
    if (before == kNoLetter || now == kNoLetter) continue;
    costs[i] = 2;
    if (before == kLower && now == kUpper) costs[i] = 25;  // camelCase
    if (before == kUpper && now == kLower && first == kUpper) costs[i] = 20;
  }
  return costs;
}();

/// How surprising text is so far, as whole numbers.
class Sum {
 public:
  void add(char c) {
    const std::uint8_t now = class_of(c);
    quarters_ += kSurpriseTable[(a_ * kClasses + b_) * kClasses + now] - '#';
    digits_ += now == kDigit ? 1 : 0;
    const std::size_t three = cases_ * kCases + case_of(c);
    case_cost_ += kCaseCosts[three];
    cases_ = three % (kCases * kCases);
    a_ = b_;
    b_ = now;
  }
  /// The table counts all digits as one and all signs as one; which one it is has to be told too.
  double bits() const { return quarters_ / 4.0 + digits_ * 3.3 + case_cost_ / 10.0; }

 private:
  std::size_t a_ = kGap;
  std::size_t b_ = kGap;
  int quarters_ = 0;
  int digits_ = 0;
  int case_cost_ = 0;
  std::size_t cases_ = kNoLetter * kCases + kNoLetter;  ///< Of the two bytes before.
};

/// More bytes of a text are looked at before it is asked again whether they are enough.
constexpr std::size_t kStep = 8;

}  // namespace

double surprise(std::string_view text) {
  if (text.empty()) return 0;
  Sum sum;
  for (char c : text) sum.add(c);
  return sum.bits() / static_cast<double>(text.size());
}

double surprise_behind(char first, char second, char now) {
  Sum sum;
  sum.add(first);
  sum.add(second);
  const double before = sum.bits();
  sum.add(now);
  return sum.bits() - before;
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
  // No byte takes away from the sum. What is enough is so by a bit, whatever was rounded.
  const double enough = least * static_cast<double>(secret.size()) + 1;
  Sum sum;
  std::size_t next = kStep;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    sum.add(secret[i]);
    if (i != next) continue;
    if (sum.bits() > enough) return false;
    next += kStep;
  }
  return secret.empty() || sum.bits() / static_cast<double>(secret.size()) < least;
}

}  // namespace lr::secrets
