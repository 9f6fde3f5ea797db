// Reads the rule files, proves every sample through the scanner, and writes the catalogue that is
// built into the program.
//
//     secret_rules_compiler OUT FILE...
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "secrets/catalogue.h"
#include "secrets/catalogue_blob.h"
#include "secrets/rule_file.h"
#include "secrets/sample_check.h"

namespace {

using lr::secrets::Catalogue;
using lr::secrets::Rule;

bool complain(const std::string& why) {
  fmt::print(stderr, "secret rules: {}\n", why);
  return false;
}

bool read_rules(const std::string& name, std::vector<Rule>& rules) {
  std::ifstream file(name, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) return complain(name + ": cannot be read");
  auto parsed = lr::secrets::parse_rule_file(text, name);
  if (!parsed) return complain(parsed.error().detail());
  std::move(parsed->begin(), parsed->end(), std::back_inserter(rules));
  return true;
}

bool prove(std::vector<Rule> rules) {
  const auto catalogue = Catalogue::compile(std::move(rules));
  if (!catalogue) return complain(catalogue.error().detail());
  bool good = true;
  for (const Rule& rule : (*catalogue)->rules()) {
    for (const std::string& why : lr::secrets::check_samples(**catalogue, rule)) {
      good = complain(why);
    }
  }
  return good;
}

bool write(const std::string& name, const std::vector<Rule>& rules) {
  const auto blob = lr::secrets::encode_catalogue(rules);
  if (!blob) return complain(blob.error().detail());
  std::ofstream file(name, std::ios::binary);
  file << *blob;
  file.close();
  return file ? true : complain(name + ": cannot be written");
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> names(arguments + 1, arguments + count);
  if (names.size() < 2) return complain("usage: secret_rules_compiler OUT FILE..."), 2;
  std::vector<Rule> rules;
  bool good = true;
  for (std::size_t i = 1; i < names.size(); ++i) good = read_rules(names[i], rules) && good;
  return good && prove(rules) && write(names[0], rules) ? 0 : 1;
}
