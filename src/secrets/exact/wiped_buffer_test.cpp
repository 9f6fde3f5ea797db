// After the death of everything that held a value, the process holds it nowhere.
#include "secrets/exact/wiped_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "secrets/exact/exact_redactor.h"
#include "secrets/exact/exact_values.h"

namespace lr::secrets {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The i-th byte of the value: computed, so that the needle itself stands nowhere in memory.
char value_byte(std::size_t i) { return kAlphabet[(i * 37 + i * i * 11 + 5) % kAlphabet.size()]; }
constexpr std::size_t kLength = 40;
/// What is larger is the shadow that a sanitizer reserves: terabytes of address space without text.
constexpr std::size_t kLargestRegion = std::size_t{1} << 36;

bool stands_at(const char* bytes, std::size_t step) {
  for (std::size_t i = 0; i < kLength; ++i) {
    if (bytes[i * step] != value_byte(i)) return false;
  }
  return true;
}

/// How often the value stands in writable memory, as it is or as UTF-16.
std::size_t copies_in_memory() {
  std::size_t found = 0;
  std::ifstream maps("/proc/self/maps");
  std::FILE* memory = std::fopen("/proc/self/mem", "rb");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char mode[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3) continue;
    if (std::string_view(mode).substr(0, 2) != "rw") continue;
    if (end - begin > kLargestRegion) continue;
    std::vector<char> bytes(end - begin);
    std::fseek(memory, static_cast<long>(begin), SEEK_SET);
    const std::size_t size = std::fread(bytes.data(), 1, bytes.size(), memory);
    for (std::size_t at = 0; at + 2 * kLength <= size; ++at) {
      if (stands_at(&bytes[at], 1) || stands_at(&bytes[at], 2)) ++found;
    }
    std::ranges::fill(bytes, '\0');
  }
  std::fclose(memory);
  return found;
}

Secret value() {
  std::string out(kLength, '\0');
  for (std::size_t i = 0; i < kLength; ++i) out[i] = value_byte(i);
  return Secret(std::move(out));
}

/// Builds, searches, streams and redacts, and is gone; counts the copies in between.
std::size_t use_and_forget() {
  std::vector<NamedSecret> secrets;
  secrets.push_back({"TOKEN", value()});
  const ExactValues values = ExactValues::build(secrets);
  ExactStream stream(values);
  ExactRedactor redactor(values);
  std::vector<ExactMatch> matches;
  std::string out;
  stream.feed(secrets[0].value.expose(), matches);
  redactor.feed(secrets[0].value.expose().substr(0, kLength - 1), out);
  redactor.feed(secrets[0].value.expose().substr(kLength - 1), out);
  EXPECT_EQ(matches.size(), 1u);
  EXPECT_EQ(out, "[redacted:TOKEN]");
  return copies_in_memory();
}

TEST(WipedBuffer, LeavesNoCopyBehind) {
  EXPECT_GE(use_and_forget(), 3u);  // The secret, its forms, what the stream remembers.
  EXPECT_EQ(copies_in_memory(), 0u);
}

TEST(WipedBuffer, KeepsWhatIsKept) {
  WipedBuffer buffer(10);
  buffer.append("abcdefgh");
  buffer.drop_front(2);
  EXPECT_EQ(buffer.view(), "cdefgh");
  buffer.truncate(3);
  EXPECT_EQ(buffer.view(), "cde");
  WipedBuffer moved = std::move(buffer);
  EXPECT_EQ(moved.view(), "cde");
  EXPECT_EQ(moved.capacity(), 4096u);
}

TEST(WipedBufferDeathTest, NeverGrows) {
  WipedBuffer buffer(4096);
  buffer.append(std::string(4096, 'x'));
  EXPECT_DEATH(buffer.append('x'), "capacity");
}

}  // namespace
}  // namespace lr::secrets
