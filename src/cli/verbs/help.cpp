#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/help_text.h"
#include "cli/verb.h"

namespace lr::cli {
namespace {

constexpr PositionalDef kPositionals[] = {{"VERB", "Show one verb with flags and examples."}};
constexpr Example kExamples[] = {{"launchready help audit", "Everything about one verb."}};

int run(const Arguments& arguments) {
  if (arguments.positionals.empty()) {
    say(overview_text(all_verbs()));
    return 0;
  }
  const std::string& name = arguments.positionals.front();
  if (const VerbDef* verb = find_verb(all_verbs(), name)) {
    say(verb_text(*verb));
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
                                  .flags = {},
                                  .examples = kExamples,
                                  .run = run};

}  // namespace lr::cli
