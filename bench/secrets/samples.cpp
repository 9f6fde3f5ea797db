// How fast the scanning engine is on texts that are nothing but samples of one rule, one behind the
// other: no real text has as many secrets, or what nearly is one. One core.
//
//     bench_secrets_samples RULES [BYTES]     RULES: the folder of rule files; BYTES of each text
#include "secrets/samples.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/rule_file.h"
#include "secrets/scanner.h"

namespace {

using namespace lr::secrets;
namespace fs = std::filesystem;

constexpr double kFloor = 50;  ///< MB/s.
constexpr std::size_t kShown = 10;

class Counter final : public CandidateSink {
 public:
  void found(const Candidate&) override { ++all; }
  std::size_t all = 0;
};

struct Speed {
  double megabytes = 0;  ///< In a second.
  std::size_t findings = 0;
  std::string sample;
};

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

Speed measure(const Catalogue& catalogue, const std::string& path, const std::string& text) {
  Speed speed;
  for (int round = 0; round < 3; ++round) {
    Counter counter;
    Scanner scanner(catalogue, counter);
    scanner.visit({});  // Memory for matching is made once for many documents.
    Document document;
    document.path = path;
    document.bytes = text;
    const double start = processor_seconds();
    scanner.visit(document);
    const double seconds = processor_seconds() - start;
    speed.megabytes = std::max(speed.megabytes, static_cast<double>(text.size()) / seconds / 1e6);
    speed.findings = counter.all;
  }
  return speed;
}

/// The rule's sample over and over, each with values of its own; "" when it cannot be made.
std::string samples_of(const Rule& rule, std::string_view sample, std::size_t size,
                       std::string& path) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    const auto made = expand_sample(sample, rule.id, i);
    if (!made || made->text.empty()) return "";
    path = made->path.empty() ? "made.js" : made->path;
    text.append(made->text).append("\n");
  }
  return text;
}

std::vector<Speed> measure_all(const Catalogue& catalogue, const fs::path& folder,
                               std::size_t size) {
  std::vector<Speed> speeds;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(in), {}};
    const auto rules = parse_rule_file(file, entry.path().filename().string());
    if (!rules) continue;
    for (const Rule& rule : *rules) {
      for (const auto* samples : {&rule.positive, &rule.negative}) {
        for (const std::string& sample : *samples) {
          std::string path;
          const std::string text = samples_of(rule, sample, size, path);
          if (text.empty()) continue;
          speeds.push_back(measure(catalogue, path, text));
          speeds.back().sample = fmt::format("{}: {:.60}", rule.id, sample);
        }
      }
    }
  }
  return speeds;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string_view> names(arguments + 1, arguments + count);
  std::size_t size = 256 << 10;
  if (names.size() == 2) {
    std::from_chars(names[1].data(), names[1].data() + names[1].size(), size);
  }
  const auto catalogue = Catalogue::built_in();
  if (names.empty() || names.size() > 2 || !catalogue) {
    fmt::print(stderr, "bench_secrets_samples RULES [BYTES]\n");
    return 2;
  }
  std::vector<Speed> speeds = measure_all(**catalogue, names[0], size);
  if (speeds.empty()) return 1;
  std::ranges::sort(speeds, {}, &Speed::megabytes);
  const auto under =
      std::ranges::count_if(speeds, [](const Speed& speed) { return speed.megabytes < kFloor; });
  fmt::print("{} texts of samples: median {:.0f} MB/s, {} under {:.0f} MB/s, the slowest:\n",
             speeds.size(), speeds[speeds.size() / 2].megabytes, under, kFloor);
  for (std::size_t i = 0; i < std::min(kShown, speeds.size()); ++i) {
    std::ranges::replace(speeds[i].sample, '\n', ' ');
    fmt::print("    {:5.1f} MB/s, {} findings, {}\n", speeds[i].megabytes, speeds[i].findings,
               speeds[i].sample);
  }
  return 0;
}
