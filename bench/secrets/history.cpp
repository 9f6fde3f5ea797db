// Scans a repository's whole history with the product's rules and prints one JSON object:
// bench_secrets_history REPOSITORY [whole|cores]. With "whole", deltas are looked at as whole
// objects; with "cores", documents are looked at on every core, as the program does it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <vector>

#include "secrets/findings/parallel_visitor.h"
#include "secrets/git/git_source.h"
#include "secrets/scanner.h"

namespace {

using namespace lr::secrets;

class Sink final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    const std::lock_guard lock(mutex);
    ++candidates;
    secrets.insert(std::hash<std::string_view>{}(candidate.secret));
    if (places.size() < 1000) places.push_back(candidate.place);
  }
  std::mutex mutex;
  std::size_t candidates = 0;
  std::set<std::size_t> secrets;
  std::vector<Place> places;
};

class WholeDocuments final : public DocumentVisitor {
 public:
  explicit WholeDocuments(DocumentVisitor& next) : next_(next) {}
  void visit(const Document& document) override { next_.visit(document); }
  void visit_changed(const Document& document, std::span<const Range>) override {
    next_.visit(document);
  }

 private:
  DocumentVisitor& next_;
};

double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

long peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

int run(const char* repository, std::string_view mode) {
  const auto begin = std::chrono::steady_clock::now();
  const auto catalogue = Catalogue::built_in();
  auto source = git::GitSource::open(repository);
  if (!catalogue || !source) {
    fmt::print(stderr, "bench_secrets_history: {}\n",
               catalogue ? source.error().detail() : catalogue.error().detail());
    return 2;
  }
  Sink sink;
  std::vector<Scanner*> scanners;
  const std::size_t workers = mode == "cores" ? ParallelVisitor::workers_of_machine() : 0;
  ParallelVisitor parallel(workers, [&] {
    auto scanner = std::make_unique<Scanner>(**catalogue, sink);
    scanners.push_back(scanner.get());
    return scanner;
  });
  WholeDocuments documents(parallel);
  Coverage coverage;
  DocumentVisitor& visitor = mode == "whole" ? static_cast<DocumentVisitor&>(documents) : parallel;
  const auto read = (*source)->read(visitor, coverage);
  parallel.finish();
  std::uint64_t bytes = 0;
  for (const Scanner* scanner : scanners) bytes += scanner->coverage().bytes;
  const double read_cpu = cpu_ms();
  std::vector<Place*> places;
  for (Place& place : sink.places) places.push_back(&place);
  (*source)->locate(places);
  const double wall =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  fmt::print(
      "{{\"wall_ms\":{:.0f},\"cpu_ms\":{:.0f},\"locate_cpu_ms\":{:.0f},\"rss_mb\":{},"
      "\"objects\":{},\"blob_mb\":{},\"candidates\":{},\"distinct\":{},\"skipped\":{}}}\n",
      wall, cpu_ms(), cpu_ms() - read_cpu, peak_mb(), coverage.objects, bytes / 1'000'000,
      sink.candidates, sink.secrets.size(), coverage.skipped);
  return read ? 0 : 2;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: bench_secrets_history REPOSITORY [whole|cores]\n", stderr);
    return 2;
  }
  return run(arguments[1], count > 2 ? arguments[2] : "");
}
