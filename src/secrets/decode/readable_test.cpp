// What is looked at in steps says the same as what is looked at byte by byte.
#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"
#include "secrets/decode/blocks.h"
#include "secrets/decode/decode.h"

namespace lr::secrets {
namespace {

bool has_readable_run_slowly(std::string_view bytes) {
  int run = 0;
  char previous = '\0';
  for (char c : bytes) {
    const bool between = c == '\0' && previous != '\0' && run > 0;
    run = is_printable(c) ? run + 1 : between ? run : 0;
    if (run >= 16) return true;
    previous = c;
  }
  return false;
}

std::string some_bytes(Rng& rng) {
  std::string bytes;
  for (std::size_t pieces = rng.below(6); pieces > 0; --pieces) {
    const std::size_t kind = rng.below(4);
    for (std::size_t n = rng.below(kind == 1 ? 4 : 20); n > 0; --n) {
      if (kind == 0) bytes += static_cast<char>('a' + rng.below(26));
      if (kind == 1) bytes += static_cast<char>(rng.below(256));
      if (kind == 2) bytes.append({static_cast<char>('a' + rng.below(26)), '\0'});
      if (kind == 3) bytes += rng.below(4) == 0 ? '\0' : '\n';
    }
  }
  return bytes;
}

TEST(Readable, StepsSeeWhatEveryByteSays) {
  SeededRng rng(31);
  int readable = 0;
  for (int round = 0; round < 40'000; ++round) {
    const std::string bytes = some_bytes(rng);
    const bool expected = has_readable_run_slowly(bytes);
    ASSERT_EQ(has_readable_run(bytes), expected) << round;
    readable += expected ? 1 : 0;
  }
  EXPECT_GT(readable, 5'000);
  EXPECT_LT(readable, 35'000);
}

TEST(Readable, NoHexIsRefusedThatDecodesToSomethingReadable) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  SeededRng rng(32);
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string digits;
    for (char c : some_bytes(rng)) {
      digits += kDigits[static_cast<std::uint8_t>(c) >> 4];
      digits += kDigits[static_cast<std::uint8_t>(c) & 15];
    }
    const bool may = hex_may_be_readable(digits);
    ASSERT_TRUE(may || !has_readable_run(*decode_hex(digits))) << digits;
    refused += may ? 0 : 1;
  }
  EXPECT_GT(refused, 2'000);
}

TEST(Readable, Base64IntoASpanIsTheFrontOfAllOfIt) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=";
  SeededRng rng(33);
  for (int round = 0; round < 5'000; ++round) {
    std::string run;
    for (std::size_t n = rng.below(40); n > 0; --n) run += kAlphabet[rng.below(kAlphabet.size())];
    const std::string all = decode_base64(run);
    std::string part(rng.below(32), '?');
    part.resize(decode_base64(run, std::span(part)));
    EXPECT_TRUE(all.starts_with(part));
  }
}

}  // namespace
}  // namespace lr::secrets
