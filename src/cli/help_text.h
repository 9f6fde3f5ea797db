// Help, the man page and docs/reference.md, generated from VerbDef, CheckDef and the error codes.
#pragma once

#include <span>
#include <string>

#include "cli/check_catalogue.h"
#include "cli/verb.h"

namespace lr::cli {

using Verbs = std::span<const VerbDef* const>;

/// nullptr when there is no such verb.
const VerbDef* find_verb(Verbs verbs, std::string_view name);
/// "launchready contract explain METHOD PATH": one line per subverb.
std::vector<std::string> usage_lines(const VerbDef& verb);
/// All verbs, one line each.
std::string overview_text(Verbs verbs);
/// One verb with arguments, flags and examples.
std::string verb_text(const VerbDef& verb);
/// The same as an array of objects.
std::string verbs_json(Verbs verbs);
/// roff with the man macros, for `launchready man | man -l -`.
std::string man_page(Verbs verbs);
/// docs/reference.md.
std::string reference_page(Verbs verbs, std::span<const KnownCheck> checks);

/// What an exit code means, for every generated page.
struct ExitCode {
  int code;
  std::string_view meaning;
};
std::span<const ExitCode> exit_codes();

}  // namespace lr::cli
