#include "base/rng.h"

#include <sys/random.h>

#include <array>
#include <cstring>

#include "base/error.h"

namespace lr {

std::uint64_t Rng::next_u64() {
  std::array<std::uint8_t, 8> bytes;
  fill(bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

std::uint64_t Rng::below(std::uint64_t bound) {
  LR_CHECK(bound > 0);
  const std::uint64_t unbiased = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = next_u64();
  while (value >= unbiased) value = next_u64();
  return value % bound;
}

std::string Rng::hex(std::size_t bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string raw(bytes, '\0');
  fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  std::string text;
  text.reserve(bytes * 2);
  for (const char c : raw) {
    const auto byte = static_cast<std::uint8_t>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string Rng::uuid() {
  std::string digits = hex(16);
  digits[12] = '4';
  digits[16] = "89ab"[static_cast<std::size_t>(digits[16]) % 4];
  return digits.substr(0, 8) + '-' + digits.substr(8, 4) + '-' + digits.substr(12, 4) + '-' +
         digits.substr(16, 4) + '-' + digits.substr(20);
}

void SystemRng::fill(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = getrandom(out.data() + done, out.size() - done, 0);
    LR_CHECK(got > 0);
    done += static_cast<std::size_t>(got);
  }
}

std::uint64_t SeededRng::step() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void SeededRng::fill(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t value = step();
    const std::size_t part = std::min<std::size_t>(8, out.size() - done);
    std::memcpy(out.data() + done, &value, part);
    done += part;
  }
}

}  // namespace lr
