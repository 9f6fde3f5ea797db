#include "secrets/exact/searchable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace lr::secrets {
namespace {

constexpr double kDigitBits = 3.32;
constexpr double kLetterBits = 4.7;
constexpr double kWordBits = 11;          ///< One of about two thousand words.
constexpr std::size_t kWordLetters = 13;  ///< Longer runs are hardly one word any more.
constexpr double kLongWordLetterBits = 2.4;
constexpr double kKnownWordBits = 2;
constexpr double kSeparatorBits = 1;
constexpr double kSignBits = 4;
constexpr std::string_view kSeparators = " -_./:@=,;+?&\"'";
/// What one distinct byte may add at most: "ab1ab1ab1" is no harder than "ab1".
constexpr double kBitsPerDistinctByte = 8;

/// Words of settings files: they stand in every repository. Sorted.
constexpr std::string_view kKnownWords[] = {
    "admin",      "api",     "app",        "bearer",      "changeme", "com",         "default",
    "dev",        "develop", "developer",  "development", "disabled", "enabled",     "example",
    "false",      "foo",     "guest",      "host",        "http",     "https",       "io",
    "key",        "local",   "localhost",  "main",        "mongo",    "mongodb",     "mysql",
    "net",        "none",    "null",       "org",         "password", "placeholder", "postgres",
    "postgresql", "prod",    "production", "redis",       "root",     "secret",      "secrets",
    "server",     "stage",   "staging",    "test",        "testing",  "token",       "true",
    "undefined",  "user",    "username",   "value",       "www"};
static_assert(std::ranges::is_sorted(kKnownWords));

enum class Class : std::uint8_t { kDigit, kLower, kUpper, kSign };

Class class_of(char byte) {
  if (byte >= '0' && byte <= '9') return Class::kDigit;
  if (byte >= 'a' && byte <= 'z') return Class::kLower;
  if (byte >= 'A' && byte <= 'Z') return Class::kUpper;
  return Class::kSign;
}

/// The run of one class at the front; one capital in front of small letters belongs to them.
std::string_view first_run(std::string_view text) {
  const Class first = class_of(text[0]);
  const bool capital =
      first == Class::kUpper && text.size() > 1 && class_of(text[1]) == Class::kLower;
  const Class wanted = capital ? Class::kLower : first;
  std::size_t end = 1;
  while (end < text.size() && class_of(text[end]) == wanted) ++end;
  return text.substr(0, end);
}

bool known_word(std::string_view run) {
  std::array<char, 16> lower{};
  if (run.size() > lower.size()) return false;
  std::ranges::transform(run, lower.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  const bool known =
      std::ranges::binary_search(kKnownWords, std::string_view(lower.data(), run.size()));
  lower.fill('\0');
  return known;
}

bool counts_up_or_down(std::string_view run) {
  for (std::size_t i = 2; i < run.size(); ++i) {
    if (run[i] - run[i - 1] != run[1] - run[0]) return false;
  }
  return run.size() > 2;
}

double letters_bits(std::string_view run) {
  if (known_word(run)) return kKnownWordBits;
  const auto letters = static_cast<double>(run.size());
  if (run.size() > kWordLetters) return kLongWordLetterBits * letters;
  return std::min(kLetterBits * letters, kWordBits);
}

double sign_bits(std::string_view run) {
  double bits = 0;
  for (const char byte : run) bits += kSeparators.contains(byte) ? kSeparatorBits : kSignBits;
  return bits;
}

double run_bits(std::string_view run) {
  if (counts_up_or_down(run)) return kDigitBits;  // "111111", "12345678", "abcdef".
  switch (class_of(run[0])) {
    case Class::kDigit:
      return kDigitBits * static_cast<double>(run.size());
    case Class::kSign:
      return sign_bits(run);
    case Class::kLower:
    case Class::kUpper:
      return letters_bits(run);
  }
  return 0;
}

double distinct_bytes(std::string_view value) {
  std::array<bool, 256> seen{};
  for (const char byte : value) seen[static_cast<unsigned char>(byte)] = true;
  return static_cast<double>(std::ranges::count(seen, true));
}

}  // namespace

double guesswork(std::string_view value) {
  const double most = kBitsPerDistinctByte * distinct_bytes(value);
  double bits = 0;
  while (!value.empty()) {
    const std::string_view run = first_run(value);
    bits += run_bits(run);
    value.remove_prefix(run.size());
  }
  return std::min(bits, most);
}

Result<> check_searchable(std::string_view value) {
  if (value.size() < kExactBytesMin) {
    return fail(Code::kInvalidArgument,
                fmt::format("it has {} characters; below {} ordinary text contains it by chance",
                            value.size(), kExactBytesMin));
  }
  if (value.size() > kExactBytesMax) {
    return fail(Code::kInvalidArgument,
                fmt::format("it has {} bytes; at most {} can be searched for", value.size(),
                            kExactBytesMax));
  }
  if (guesswork(value) < kExactBitsMin) {
    return fail(Code::kInvalidArgument,
                "it reads like ordinary words or numbers, so files would contain it by chance; a "
                "generated value of 16 characters or more can be searched for");
  }
  return {};
}

}  // namespace lr::secrets
