#include "audit/audit.h"

#include <fmt/format.h>
#include <signal.h>

#include <atomic>

#include "cli/audit_request.h"
#include "cli/console.h"
#include "cli/domain_control.h"
#include "cli/progress.h"
#include "cli/secrets_control.h"
#include "cli/verb.h"

namespace lr::cli {
namespace {

constexpr PositionalDef kPositionals[] = {
    {"URL", "Where the product answers. Without one, the contract's environment is audited."}};

constexpr FlagDef kFlags[] = {
    {"--contract", "FILE", "The contract to prove; - reads it from stdin.",
     "launchready.yaml when no URL is given"},
    {"--env", "NAME", "Which environment of the contract.", "the only one, or production"},
    {"--profile", "observe|safe|full",
     "How invasive: observe only reads; safe also writes to objects that the run made itself; full "
     "also floods and sends malformed messages.",
     "the contract's, else safe; observe without a contract"},
    {"--only", "IDS", "Checks or controls to run, separated by commas.", "all"},
    {"--max-rps", "N", "Most requests per second.", "the contract's, else 200"},
    {"--deadline", "TIME", "Longest run, such as 90s or 10m. What is left is inconclusive.",
     "the contract's, else 10m"},
    {"--out", "DIR", "Where the reports go.", "launchready-report"},
    {"--json", "", "Print report.json instead of the scorecard.", ""},
    {"--ca", "FILE", "PEM file with a further certificate authority to trust.", ""},
    {"--quiet", "", "No progress and no scorecard; reports and exit code only.", ""},
    {"--seed", "N", "Repeat the markers and the order of an earlier run.", "random"},
};

constexpr Example kExamples[] = {
    {"launchready audit https://chat.example.com", "Everything that a stranger can see."},
    {"launchready audit --contract launchready.yaml --env staging",
     "Proves every promise of the contract against staging."},
    {"launchready audit --profile full --only AUTHN,owner.read --out /tmp/report",
     "One control and one check."},
    {"launchready audit --json --quiet | jq .verdict", "In a script."},
};

/// The first Ctrl-C ends the run in order: what it made is taken away. The second one kills.
const std::atomic<bool>& interruption() {
  static std::atomic<bool> interrupted = false;
  static_assert(std::atomic<bool>::is_always_lock_free);
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted.store(true); };
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction before{};
    const bool ignored = sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
    if (!ignored) sigaction(signal, &action, nullptr);
  }
  return interrupted;
}

void print_result(const Arguments& arguments, const report::Report& report,
                  const std::string& folder) {
  if (arguments.has("--json")) {
    say(report::render_json(report));
    return;
  }
  if (arguments.has("--quiet")) return;
  say(report::render_terminal(report, style_of(stdout)));
  say(
      fmt::format("Reports\n  {0}/report.html, report.json, report.sarif, report.junit.xml and "
                  "report.md\n",
                  folder));
}

int run(const Arguments& arguments) {
  const std::string folder = arguments.value("--out", "launchready-report");
  auto request = read_audit_request(arguments);
  if (!request) return complain("audit", request.error());
  if (auto ready = prepare_folder(folder); !ready) return complain("audit", ready.error());
  request->options.contributors.push_back(secrets_control(request->options));
  request->options.contributors.push_back(domain_control(request->options));
  request->options.interrupted = &interruption();
  ProgressLine line("audit", can_show_progress() && !arguments.has("--quiet"));
  auto report = audit::run_audit(request->options, audit::all_checks(),
                                 [&](const audit::Progress& progress) { line.show(progress); });
  line.clear();
  if (!report) {
    discard_if_empty(folder);
    return complain("audit", report.error());
  }
  if (auto written = write_reports(folder, *report); !written) {
    return complain("audit", written.error());
  }
  print_result(arguments, *report, folder);
  return report::exit_code(report->verdict);
}

}  // namespace

extern constinit const VerbDef verb_audit;
constinit const VerbDef verb_audit{
    .name = "audit",
    .summary = "Prove or disprove every promise against the running product.",
    .description =
        "Sends requests to a product that you may test and judges each answer with evidence. "
        "Without a contract it reports what a stranger can see; with one it proves the inside: "
        "tokens, roles, ownership, limits, bodies, origins. Prints the scorecard and writes "
        "report.json, report.html, report.sarif, report.junit.xml and report.md.",
    .subverbs = {},
    .positionals = kPositionals,
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
