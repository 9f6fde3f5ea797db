// How fast the scanning engine is on one core, without reading files: what folders hold, and made
// inputs that are as bad as we could think of.
//
//     bench_secrets_engine [--list] FOLDER...     throughput on trees; --list names the findings
//     bench_secrets_engine --made                 throughput on made inputs, and start-up time
//     bench_secrets_engine [--list] --made=WORD   the same, of those whose name holds the word
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "secrets/samples.h"
#include "secrets/scanner.h"

namespace {

using namespace lr::secrets;
namespace fs = std::filesystem;

constexpr std::size_t kTreeBytesMax = 3ull << 30;
constexpr std::size_t kFileBytesMax = 64 << 20;

/// Time this process had on a processor, so that others on the machine do not count.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double seconds_since(double start) { return processor_seconds() - start; }

class Counter final : public CandidateSink {
 public:
  explicit Counter(bool list) : list_(list) {}
  void found(const Candidate& candidate) override {
    ++by_rule[candidate.rule->id];
    ++all;
    if (!list_) return;
    std::string via;
    for (const std::string& hop : candidate.place.via) via += hop + " ";
    fmt::print("{}:{}: {} ({}, {} characters) {}{}\n", candidate.place.path, candidate.place.line,
               candidate.rule->id, confidence_name(candidate.confidence), candidate.secret.size(),
               via, candidate.note);
  }
  std::map<std::string, std::size_t> by_rule;
  std::size_t all = 0;

 private:
  bool list_;
};

struct File {
  std::string path;
  std::string bytes;
};

std::vector<File> read_tree(const std::string& folder) {
  std::vector<File> files;
  std::size_t total = 0;
  const auto options = fs::directory_options::skip_permission_denied;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, options, error), end; it != end;
       it.increment(error)) {
    if (!it->is_regular_file(error) || it->is_symlink(error)) continue;
    if (it->file_size(error) > kFileBytesMax || total > kTreeBytesMax) continue;
    std::ifstream file(it->path(), std::ios::binary);
    files.push_back({it->path().string(), {std::istreambuf_iterator<char>(file), {}}});
    total += files.back().bytes.size();
  }
  return files;
}

void scan_tree(const Catalogue& catalogue, const std::string& folder, bool list) {
  const std::vector<File> files = read_tree(folder);
  double best = 1e9;
  std::size_t bytes = 0;
  Counter counter(list);
  for (int round = 0; round < (list ? 1 : 3); ++round) {
    Counter silent(false);
    Scanner scanner(catalogue, round == 0 ? counter : silent);
    const auto start = processor_seconds();
    for (const File& file : files) {
      Document document;
      document.path = file.path;
      document.bytes = file.bytes;
      scanner.visit(document);
    }
    best = std::min(best, seconds_since(start));
    bytes = scanner.coverage().bytes;
  }
  fmt::print("{}: {} files, {:.1f} MB, {:.3f} s, {:.0f} MB/s, {} findings\n", folder, files.size(),
             static_cast<double>(bytes) / 1e6, best, static_cast<double>(bytes) / best / 1e6,
             counter.all);
  for (const auto& [rule, count] : counter.by_rule) fmt::print("    {} {}\n", count, rule);
}

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text;
  while (text.size() < size) text += piece;
  text.resize(size);
  return text;
}

std::string generated(std::string_view piece, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += expand_sample(piece, "bench", i)->text;
  text.resize(size);
  return text;
}

struct Choice {
  std::string made;  ///< Made inputs whose name holds this.
  bool list = false;
};

/// `make` gives the text when it is chosen.
template <class Make>
void scan_made(const Catalogue& catalogue, const Choice& choice, std::string_view name, Make make) {
  if (!name.contains(choice.made)) return;
  const std::string text = make();
  double best = 1e9;
  std::size_t findings = 0;
  for (int round = 0; round < (choice.list ? 1 : 3); ++round) {
    Counter counter(choice.list);
    Scanner scanner(catalogue, counter);
    Document document;
    document.path = "made.js";
    document.bytes = text;
    const auto start = processor_seconds();
    scanner.visit(document);
    best = std::min(best, seconds_since(start));
    findings = counter.all;
  }
  fmt::print("{:28} {:7.1f} MB {:8.4f} s {:8.1f} MB/s {} findings\n", name,
             static_cast<double>(text.size()) / 1e6, best,
             static_cast<double>(text.size()) / best / 1e6, findings);
}

constexpr std::size_t kMega = 1 << 20;

void scan_repeated(const Catalogue& catalogue, const Choice& choice) {
  for (std::string_view word : {"key=",
                                "token:",
                                "secret",
                                "password = \"",
                                "api_key",
                                "://",
                                "a:b@",
                                "eyJ",
                                "eyJa.",
                                "-----BEGIN ",
                                "-----BEGIN RSA PRIVATE KEY-----",
                                "AKIA",
                                "sk-",
                                "xoxb-",
                                "ghp_",
                                "Authorization: Bearer ",
                                "datadog ",
                                "%41",
                                "\\x41",
                                "\\u0041",
                                "&#65;",
                                "A",
                                "/",
                                "=",
                                "0",
                                "\n",
                                " "}) {
    scan_made(catalogue, choice, fmt::format("repeated {:.20}", word == "\n" ? "line end" : word),
              [&] { return repeated(word, 4 * kMega); });
  }
  scan_made(catalogue, choice, "repeated zero", [] { return std::string(4 * kMega, '\0'); });
}

void scan_generated(const Catalogue& catalogue, const Choice& choice) {
  struct Input {
    std::string_view name;
    std::string_view piece;
    std::size_t megabytes;
  };
  constexpr Input kInputs[] = {
      {"minified bundle, one line",
       "!function(e,t){var n=t(<digits:3>);e.exports=function(r){return "
       "n(r.<lower:6>,<digits:2>)?\"<lower:9> <lower:4>\":{<lower:5>:r.<lower:3>.token||null,"
       "key:\"<lower:4>\"}}},",
       32},
      {"random base62", "<base62:40000>", 8},
      {"base64 lines", "<base64:76>\n", 8},
      {"hex lines", "<hex:64>\n", 8},
      {"base64 of text", "<encode64:a text of <lower:9>s> ", 8},
      {"assignments", "api_key = \"<lower:30>\"\n", 8},
      {"findings", "api_key = \"<base62:30>\"\n", 4},
      {"findings, one line", "password=<base62:16>. ", 8},
      {"findings in escapes", "\\x41 api_key = '<base62:30>' \\x42 ", 4},
      {"two rules for each, one line", "secret='<base62:16>' ", 4},
      {"passwords in JSON, one line", "{\"password\":\"<base62:12>\"},", 4},
      {"two values for each, encoded", "%41password='<base62:16>%42' ", 4},
  };
  for (const Input& input : kInputs) {
    scan_made(catalogue, choice, input.name,
              [&] { return generated(input.piece, input.megabytes * kMega); });
  }
}

void scan_all_made(const Catalogue& catalogue, const Choice& choice) {
  scan_generated(catalogue, choice);
  scan_repeated(catalogue, choice);
  std::string rules;
  for (const Rule& rule : catalogue.rules()) {
    for (const std::string& word : rule.keywords) rules += word + "=";
  }
  if (rules.empty()) return;
  scan_made(catalogue, choice, "every keyword", [&] { return repeated(rules, 8 * kMega); });
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> names(arguments + 1, arguments + count);
  const auto start = processor_seconds();
  const auto catalogue = Catalogue::built_in();
  const double ready = seconds_since(start);
  if (!catalogue) {
    fmt::print(stderr, "{}\n", catalogue.error().detail());
    return 1;
  }
  fmt::print("{} rules ready in {:.2f} ms\n", (*catalogue)->rules().size(), ready * 1e3);
  Choice choice;
  choice.list = std::erase(names, "--list") > 0;
  for (const std::string& name : names) {
    if (!name.starts_with("--made")) {
      scan_tree(**catalogue, name, choice.list);
      continue;
    }
    choice.made = name.substr(std::min(name.size(), std::string_view("--made=").size()));
    scan_all_made(**catalogue, choice);
  }
  return 0;
}
