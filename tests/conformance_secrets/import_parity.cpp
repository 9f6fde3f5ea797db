// Two halves of tests/conformance_secrets/gitleaks_parity.py.
//
//   import_parity samples RULES OUT       writes every sample of the rule files as a file
//   import_parity scan CONFIG TREE        imports a gitleaks configuration and prints what it
//                                         finds: path, rule and SHA-1 of the value, by tabs
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "crypto/sha1.h"
#include "secrets/catalogue.h"
#include "secrets/import/rule_import.h"
#include "secrets/rule_file.h"
#include "secrets/samples.h"
#include "secrets/scanner.h"

namespace lr::secrets {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int fail_with(const Error& error) {
  std::fprintf(stderr, "import_parity: %s\n", error.detail().c_str());
  return 2;
}

void write_samples(const Rule& rule, const fs::path& folder) {
  std::size_t index = 0;
  for (const auto* list : {&rule.positive, &rule.negative}) {
    for (const std::string& text : *list) {
      const auto sample = expand_sample(text, rule.id, index);
      if (!sample) continue;
      const fs::path path = folder / (rule.id + "." + std::to_string(index++) + ".txt");
      std::ofstream(path, std::ios::binary) << sample->text;
    }
  }
}

int samples(const fs::path& rules, const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(rules)) {
    const auto file = parse_rule_file(read_file(entry.path()), entry.path().filename().string());
    if (!file) return fail_with(file.error());
    for (const Rule& rule : *file) write_samples(rule, folder);
  }
  return 0;
}

class Printer final : public CandidateSink {
 public:
  void found(const Candidate& candidate) override {
    if (!candidate.place.via.empty()) return;  // The other side decodes nothing by default.
    const std::string digest = crypto::sha1_hex(candidate.secret);
    std::printf("%s\t%s\t%s\n", candidate.place.path.c_str(), candidate.rule->id.c_str(),
                digest.c_str());
  }
};

int scan(const fs::path& configuration, const fs::path& tree) {
  const std::string text = read_file(configuration);
  auto imported = import_rules(text, configuration.filename().string());
  if (!imported) return fail_with(imported.error());
  drop_refused(*imported, configuration.filename().string(), text);
  for (const std::string& line : lint(*imported)) std::fprintf(stderr, "%s\n", line.c_str());
  const auto catalogue = Catalogue::compile(std::move(imported->rules));
  if (!catalogue) return fail_with(catalogue.error());
  Printer sink;
  Scanner scanner(**catalogue, sink);
  for (const auto& entry : fs::recursive_directory_iterator(tree)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = fs::relative(entry.path(), tree).string();
    const std::string bytes = read_file(entry.path());
    Document document;
    document.path = path;
    document.bytes = bytes;
    scanner.visit(document);
  }
  std::fprintf(stderr, "%zu rules\n", (*catalogue)->rules().size());
  return 0;
}

}  // namespace
}  // namespace lr::secrets

int main(int argc, char** argv) {
  const std::string verb = argc == 4 ? argv[1] : "";
  if (verb == "samples") return lr::secrets::samples(argv[2], argv[3]);
  if (verb == "scan") return lr::secrets::scan(argv[2], argv[3]);
  std::fputs("usage: import_parity samples RULES OUT | scan CONFIG TREE\n", stderr);
  return 2;
}
