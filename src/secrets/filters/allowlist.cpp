#include <algorithm>

#include "secrets/filters/filters.h"

namespace lr::secrets {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool contains_caseless(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, {}, lower, lower).empty();
}

/// Whether a pattern on the secret, the match or the line says so.
bool fits_pattern(const Allowlist& list, const AnyPattern& patterns, const Subject& subject) {
  switch (list.target) {
    case Allowlist::Target::kSecret:
      return patterns.found_in(subject.secret);
    case Allowlist::Target::kMatch:
      return patterns.found_in(subject.match);
    case Allowlist::Target::kLine:
      break;
  }
  if (patterns.empty()) return false;
  const bool may = subject.watch == nullptr || subject.watch->may_match(patterns, subject.line);
  return may && patterns.found_in(subject.line);
}

bool applies(const Allowlist& list, const AllowlistPatterns& patterns, const Subject& subject) {
  int asked = 0;
  int yes = 0;
  const auto ask = [&](bool any, bool answer) {
    asked += any ? 1 : 0;
    yes += any && answer ? 1 : 0;
  };
  ask(!list.patterns.empty(), fits_pattern(list, patterns.patterns, subject));
  ask(!list.paths.empty(), patterns.paths.found_in(subject.path));
  // A commit is known only once a finding is located; the inventory asks again then.
  ask(!list.commits.empty(), std::ranges::find(list.commits, subject.object) != list.commits.end());
  ask(!list.stopwords.empty(), std::ranges::any_of(list.stopwords, [&](const std::string& word) {
    return contains_caseless(subject.secret, word);
  }));
  return list.all ? asked > 0 && yes == asked : yes > 0;
}

}  // namespace

bool is_excepted(const Subject& subject, const RulePatterns& patterns) {
  const auto& lists = subject.rule->allowlists;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (applies(lists[i], *patterns.allowlists[i], subject)) return true;
  }
  return false;
}

}  // namespace lr::secrets
