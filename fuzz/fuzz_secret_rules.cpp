// Rule files of other scanners: whatever they hold, what comes out is within the bounds, every
// pattern is one RE2 takes, and every loss has a note; suppressions keep their places.
#include <cstdint>
#include <set>
#include <string>

#include "fuzz/reach.h"
#include "secrets/import/go_pattern.h"
#include "secrets/import/rule_import.h"
#include "secrets/import/suppression_import.h"

namespace lr::secrets {
namespace {

using fuzz::require;

enum class State { kRules, kNotes, kLost, kExtended, kRefused, kSuppressions };
fuzz::Reach<6> reach({"files with rules", "notes", "rules lost", "files extended", "files refused",
                      "suppressions"});

void check_rule(const Rule& rule) {
  require(!rule.id.empty(), "a rule has an id");
  require(!rule.pattern.empty() || !rule.path.empty(), "a rule has a pattern or a path");
  require(rule.entropy >= 0 && rule.entropy < 9, "entropy is bits per byte");
  require(rule.secret_group >= 0, "a group counts from 0");
  for (const std::string* pattern : {&rule.pattern, &rule.path}) {
    if (pattern->empty()) continue;
    const auto again = go_pattern(*pattern);
    require(again.has_value(), "a pattern that was taken is taken again");
  }
}

void check_import(std::string_view text) {
  bool extended = false;
  ImportOptions options;
  options.read = [&](std::string_view) -> Result<std::string> {
    extended = true;
    return "[[rules]]\nid = 'base'\nregex = 'base_[a-z]{8}'\n";
  };
  const auto imported = import_rules(text, "f", options);
  if (extended) reach.mark(State::kExtended);
  if (!imported) {
    require(!imported.error().detail().empty(), "a refusal says why");
    return reach.mark(State::kRefused);
  }
  std::set<std::string_view> ids;
  for (const Rule& rule : imported->rules) {
    check_rule(rule);
    require(ids.insert(rule.id).second, "ids are unique");
  }
  for (const Rule& rule : imported->rules) {
    for (const Companion& companion : rule.companions) {
      require(ids.contains(companion.rule), "what a rule requires is there");
    }
  }
  if (!imported->rules.empty()) reach.mark(State::kRules);
  for (const ImportNote& note : imported->notes) {
    require(!note.why.empty(), "a note says why");
    reach.mark(note.lost ? State::kLost : State::kNotes);
  }
  require(lint(*imported).size() == imported->notes.size(), "every note is printed");
}

void check_suppressions(std::string_view text) {
  const auto file = import_suppressions(text, "f");
  if (!file) return;
  for (const ImportedSuppression& entry : file->entries) {
    reach.mark(State::kSuppressions);
    Place place;
    place.path = entry.path;
    place.line = entry.line;
    place.commit = entry.commit;
    require(covers(entry, {entry.rule, "", &place, entry.secret_sha1}),
            "an entry covers the place it names");
  }
}

}  // namespace
}  // namespace lr::secrets

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  lr::secrets::reach.run();
  lr::secrets::check_import(text);
  lr::secrets::check_suppressions(text);
  return 0;
}
