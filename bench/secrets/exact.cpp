// How fast known values are searched for on one core: 1,000 secrets in every encoding.
//
//     bench_secrets_exact [FILE]     on a file's bytes (else none) and on made inputs
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "secrets/exact/exact_redactor.h"
#include "secrets/exact/exact_values.h"

namespace {

using namespace lr;
using namespace lr::secrets;

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kSecrets = 1'000;
constexpr std::size_t kInputBytes = 128 << 20;
constexpr std::size_t kEventBytes = 100;  ///< About one event of a streamed answer.

/// Time this process had on a processor, so that others on the machine do not count.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string random_text(Rng& rng, std::string_view alphabet, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (char& c : out) c = alphabet[rng.next_u64() % alphabet.size()];
  return out;
}

/// 16 to 64 letters and digits, most with a prefix that others share.
std::vector<NamedSecret> make_secrets(Rng& rng) {
  std::vector<NamedSecret> out;
  for (std::size_t i = 0; i < kSecrets; ++i) {
    const std::string value = random_text(rng, kAlphanumeric, 16 + rng.below(49));
    out.push_back({fmt::format("SECRET_{}", i), Secret(i % 4 == 0 ? value : "key_live_" + value)});
  }
  return out;
}

std::string escaped_text(Rng& rng, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) {
    out += fmt::format("\\u{:04x}", static_cast<unsigned>(kAlphanumeric[rng.below(62)]));
  }
  return out;
}

void measure(const ExactValues& values, std::string_view name, const std::string& text) {
  std::vector<ExactMatch> matches;
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    matches.clear();
    const double start = processor_seconds();
    values.find(text, matches);
    best = std::min(best, processor_seconds() - start);
  }
  ExactRedactor redactor(values);
  std::string out;
  const std::string_view events = std::string_view(text).substr(0, 16 << 20);
  const double start = processor_seconds();
  for (std::size_t at = 0; at < events.size(); at += kEventBytes) {
    out.clear();
    redactor.feed(events.substr(at, kEventBytes), out);
  }
  const double per_event =
      (processor_seconds() - start) / (static_cast<double>(events.size()) / kEventBytes);
  fmt::print("{:<16} {:>6.2f} GB/s, {} matches; redacting {} bytes at a time: {:.0f} ns each\n",
             name, static_cast<double>(text.size()) / best / 1e9, matches.size(), kEventBytes,
             per_event * 1e9);
}

std::string whole_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  SeededRng rng(1);
  const std::vector<NamedSecret> secrets = make_secrets(rng);
  const double start = processor_seconds();
  const ExactValues values = ExactValues::build(secrets);
  fmt::print("{} values, built in {:.0f} ms\n", values.searchable(),
             (processor_seconds() - start) * 1e3);
  if (argc > 1) measure(values, argv[1], whole_file(argv[1]));
  measure(values, "letters, digits", random_text(rng, kAlphanumeric, kInputBytes));
  measure(values, "\\u escapes", escaped_text(rng, kInputBytes));
  std::string prefixes;
  while (prefixes.size() < kInputBytes) prefixes += "key_live_ key_live_abc ";
  measure(values, "shared prefixes", prefixes);
}
