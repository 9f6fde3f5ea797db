#include "cli/console.h"
#include "cli/help_text.h"
#include "cli/verb.h"
#include "report/render.h"

namespace lr::cli {
namespace {

constexpr FlagDef kFlags[] = {
    {"--report-schema", "", "Print the JSON Schema of report.json instead.", ""}};
constexpr Example kExamples[] = {
    {"launchready reference > docs/reference.md", "After a verb, flag or check has changed."},
    {"launchready reference --report-schema", "To validate report.json in another program."},
};

int run(const Arguments& arguments) {
  say(arguments.has("--report-schema") ? report::report_json_schema()
                                       : reference_page(all_verbs(), known_checks()));
  return 0;
}

}  // namespace

extern constinit const VerbDef verb_reference;
constinit const VerbDef verb_reference{
    .name = "reference",
    .summary = "Print docs/reference.md: verbs, exit codes, error codes, checks.",
    .description = "Generated from the program's own tables, so that it is never out of date.",
    .subverbs = {},
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
