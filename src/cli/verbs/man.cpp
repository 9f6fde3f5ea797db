#include "cli/console.h"
#include "cli/help_text.h"
#include "cli/verb.h"

namespace lr::cli {
namespace {

constexpr Example kExamples[] = {
    {"launchready man | man -l -", "Read it."},
    {"launchready man > /usr/local/share/man/man1/launchready.1", "Install it."},
};

int run(const Arguments&) {
  say(man_page(all_verbs()));
  return 0;
}

}  // namespace

extern constinit const VerbDef verb_man;
constinit const VerbDef verb_man{.name = "man",
                                 .summary = "Print the manual page (roff).",
                                 .description = "Generated from the same data as the help.",
                                 .subverbs = {},
                                 .positionals = {},
                                 .flags = {},
                                 .examples = kExamples,
                                 .run = run};

}  // namespace lr::cli
