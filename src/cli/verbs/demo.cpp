#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "cli/console.h"
#include "cli/demo_story.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "report/render.h"
#include "text/json.h"

namespace lr::cli {
namespace {

namespace json = boost::json;

constexpr FlagDef kFlags[] = {
    {"--out", "DIR", "Where the contract and the reports go.", "demo-out"},
    {"--json", "", "Print both verdicts as JSON instead of the scorecards.", ""},
    {"--quiet", "", "No progress.", ""},
};
constexpr Example kExamples[] = {
    {"launchready demo", "Takes less than 90 seconds and needs no network."},
};

json::object side(const report::Report& report) {
  return json::object{{"verdict", report::verdict_name(report.verdict)},
                      {"findings", report.findings.size()},
                      {"requests", report.requests},
                      {"took_ms", report.took.count()}};
}

std::string closing_lines(const std::string& folder, bool holds) {
  std::string out = fmt::format(
      "\nReports\n  before  {0}/before/report.html\n  after   {0}/after/report.html\n"
      "  lab     {0}/lab (the contract that both used)\n",
      folder);
  if (!holds) {
    out +=
        "\nThe story does not hold: the product should be NOT READY first, and better behind "
        "the guard.\n";
  }
  return out;
}

int run(const Arguments& arguments) {
  const std::string folder = arguments.value("--out", "demo-out");
  if (auto ready = prepare_folder(folder); !ready) return complain("demo", ready.error());
  const bool visible = can_show_progress() && !arguments.has("--quiet");
  auto story = tell_demo(folder, visible);
  if (!story) return complain("demo", story.error());
  const bool holds = story_holds(*story);
  if (arguments.has("--json")) {
    say(text::pretty_json(json::object{{"holds", holds},
                                       {"before", side(story->before)},
                                       {"after", side(story->after)},
                                       {"folder", folder}}));
    return holds ? 0 : 1;
  }
  say("The same chatbot, audited twice: alone, and behind launchready guard.\n\n");
  say(report::render_comparison(story->before, story->after, style_of(stdout)));
  say(closing_lines(folder, holds));
  return holds ? 0 : 1;
}

}  // namespace

extern constinit const VerbDef verb_demo;
constinit const VerbDef verb_demo{
    .name = "demo",
    .summary = "Audit a weak chatbot, put the guard in front, audit again.",
    .description =
        "Starts a chatbot with planted weaknesses on 127.0.0.1, audits it, starts the guard in "
        "front of it, audits it through the guard, and shows both scorecards side by side with "
        "what turned green and what the application itself must still fix.",
    .subverbs = {},
    .positionals = {},
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
