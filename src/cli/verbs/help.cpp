#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/help_text.h"
#include "cli/verb.h"

namespace lr::cli {
namespace {

constexpr PositionalDef kPositionals[] = {{"VERB", "Show one verb with flags and examples."}};
constexpr FlagDef kFlags[] = {{"--json", "", "Print JSON, for completion and other tools.", ""}};
constexpr Example kExamples[] = {
    {"launchready help audit", "Everything about one verb."},
    {"launchready help --json | jq -r '.[].name'", "The verbs, for a script."},
};

int run(const Arguments& arguments) {
  const bool as_json = arguments.has("--json");
  if (arguments.positionals.empty()) {
    say(as_json ? verbs_json(all_verbs()) : overview_text(all_verbs()));
    return 0;
  }
  const std::string& name = arguments.positionals.front();
  if (const VerbDef* verb = find_verb(all_verbs(), name)) {
    say(as_json ? verbs_json(Verbs(&verb, 1)) : verb_text(*verb));
    return 0;
  }
  std::vector<std::string_view> names;
  for (const VerbDef* verb : all_verbs()) names.push_back(verb->name);
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = "; launchready help lists them";
  return complain("help", fmt::format("no verb \"{}\"{}", name, hint));
}

}  // namespace

extern constinit const VerbDef verb_help;
constinit const VerbDef verb_help{.name = "help",
                                  .summary = "Show the verbs, or one verb in full.",
                                  .description = "The same as --help.",
                                  .subverbs = {},
                                  .positionals = kPositionals,
                                  .flags = kFlags,
                                  .examples = kExamples,
                                  .run = run};

}  // namespace lr::cli
