#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/rng.h"
#include "cli/console.h"
#include "cli/secret_rules.h"
#include "cli/secrets_request.h"
#include "cli/secrets_text.h"
#include "cli/verb.h"

namespace lr::cli {
namespace {

constexpr PositionalDef kPositionals[] = {
    {"PATH|URL",
     "Folder (with its repository), repository, file, archive, HAR file or site. "
     "Default: the working folder.",
     false, true}};
constexpr PositionalDef kRulePositionals[] = {
    {"list|explain|lint", "What to do with rules.", true},
    {"ID|FILE", "The rule to explain, or the file to lint."}};
constexpr SubverbDef kSubverbs[] = {
    {"rules", "List the rules, explain one, or lint a rule file.", kRulePositionals}};

constexpr FlagDef kFlags[] = {
    {"--staged", "", "Only what is staged for the next commit.", ""},
    {"--since", "REV",
     "Only what commits added that REV, a branch, a tag or a commit id, does not have.", ""},
    {"--seen", "FILE",
     "Git objects that an earlier search found nothing in are not looked at again; FILE keeps them "
     "and belongs into a cache.",
     ""},
    {"--contract", "FILE", "Search for the values of the contract's secrets, too.", ""},
    {"--rules", "FILE",
     "Further rules, of ours or of gitleaks, betterleaks, noseyparker, kingfisher or trufflehog "
     "(custom detectors); one with the id of ours replaces it.",
     ""},
    {"--confidence", "low|medium|high", "Least confidence of a finding.", "medium"},
    {"--suppressions", "FILE", "Accepted findings.", "launchready-secrets.yaml in the target"},
    {"--baseline", "FILE",
     "What another scanner accepts: a report of gitleaks, .gitleaksignore or .secrets.baseline.",
     ".gitleaksignore and .secrets.baseline in the target"},
    {"--suppress", "FINGERPRINT", "Accept a finding: adds it to the suppressions file.", ""},
    {"--owner", "WHO", "With --suppress: who answers for it.", ""},
    {"--reason", "TEXT", "With --suppress: why it may stay.", ""},
    {"--expires", "DAY", "With --suppress: until when.", "in a year"},
    {"--under", "GLOB", "With --suppress: only in these paths, such as docs/**.", ""},
    {"--out", "DIR", "Write report.json, html, sarif, junit and md, and secrets.json.", ""},
    {"--json", "", "Print every finding with every place as JSON.", ""},
    {"--quiet", "", "Print nothing; exit code and --out only.", ""},
    {"--ca", "FILE", "PEM file with a further certificate authority to trust.", ""},
};

constexpr Example kExamples[] = {
    {"launchready secrets", "This folder, and every object of its repository."},
    {"launchready secrets https://chat.example.com", "What every visitor's browser is given."},
    {"launchready secrets --staged", "Before a commit; `make hooks` runs it for you."},
    {"launchready secrets --contract launchready.yaml build.log",
     "Whether a log holds a secret that is in use now."},
    {"launchready secrets --suppress lrs1:… --owner ops@acme.example --reason 'revoked in March'",
     "Accepts one finding for a year."},
};

report::Report report_of(const secrets::ScanSummary& summary, const ScanRequest& request,
                         WallTime started) {
  report::Report out;
  out.product = "secrets";
  out.target = summary.searched;
  out.profile = "secrets";
  out.contract_file = request.contract_file;
  out.contract_digest = request.contract_digest;
  out.run_id = "secrets-" + SystemRng().hex(8);
  out.started = started;
  out.took = std::chrono::duration_cast<milliseconds>(SystemClock().wall() - started);
  secrets::ReportPart part = report_part(summary);
  out.checks = std::move(part.checks);
  out.findings = std::move(part.findings);
  out.inconclusive = std::move(part.inconclusive);
  out.rules = std::move(part.rules);
  report::conclude(out);
  for (report::ControlRow& row : out.controls) {
    if (row.control != report::Control::kSecrets) row.reason = "not part of a secrets scan";
  }
  // The scorecard forgives medium findings; a search for secrets does not.
  if (has_open_finding(summary)) out.verdict = report::Verdict::kNotReady;
  return out;
}

Result<> write_all(const std::string& folder, const report::Report& report,
                   const secrets::ScanSummary& summary) {
  LR_TRY_VOID(write_reports(folder, report));
  const OutputFile files[] = {{"secrets.json", secrets_json(summary)}};
  return write_files(folder, files);
}

/// Accepts one of the findings that this very scan has made.
Result<std::string> accept(const Arguments& arguments, SecretsScan& scan,
                           secrets::Suppressions suppressions) {
  LR_TRY(secrets::Suppression entry, read_suppression(arguments));
  // The file belongs into the repository, and its reasons into reports.
  for (const std::string_view flag : {"--owner", "--reason", "--under"}) {
    const std::string text = arguments.value(flag);
    if (scan.masked(text) == text) continue;
    return fail(Code::kInvalidArgument,
                fmt::format("{} holds what looks like a secret; say it without", flag),
                Origin::kClient);
  }
  const auto known = scan.inventory().findings(suppressions.key());
  const auto one =
      std::ranges::find(known, entry.fingerprint, &secrets::SecretFinding::fingerprint);
  if (one == known.end()) {
    return fail(Code::kNotFound, "this scan found nothing with the fingerprint " +
                                     entry.fingerprint + "; scan the same targets as before");
  }
  if (!suppressions.has_key()) {
    // A new file gets a key of its own, under which the same secret has another fingerprint.
    const std::string key = SystemRng().hex(16);
    entry.fingerprint = scan.inventory().rekeyed(entry.fingerprint, suppressions.key(), key);
    suppressions.set_key(key);
  }
  const std::string path = suppressions_path(arguments);
  suppressions.add(entry);
  LR_TRY_VOID(suppressions.save(path));
  return fmt::format("{}: accepted until {}: {} at {}\n", path, secrets::day_text(entry.expires),
                     one->title, place_name(one->places.front()));
}

/// What cannot be read among several targets takes nothing from what is found in the others. A name
/// that is none is a mistake, and said before they are read. `all`: one that cannot be read is an
/// error, as it is where there is but one.
Result<> read_targets(SecretsScan& scan, const std::vector<std::string>& targets, bool all) {
  for (const std::string& target : targets) LR_TRY_VOID(SecretsScan::check_exists(target));
  for (const std::string& target : targets) {
    auto done = scan.read(target);
    if (done) continue;
    if (all || targets.size() == 1) return done;
    scan.skip(target, done.error().detail());
  }
  return {};
}

int scan(const Arguments& arguments) {
  const WallTime started = SystemClock().wall();
  auto request = read_scan_request(arguments);
  if (!request) return complain("secrets", request.error());
  if (arguments.has("--suppress")) {
    if (auto entry = read_suppression(arguments); !entry) return complain("secrets", entry.error());
  }
  const std::string folder = arguments.value("--out");
  if (arguments.has("--out")) {
    if (auto ready = prepare_folder(folder); !ready) return complain("secrets", ready.error());
  }
  if (request->rules_lost > 0) {
    fmt::print(stderr,
               "launchready secrets: {} rules of {} cannot be used; `launchready secrets "
               "rules lint {}` says why\n",
               request->rules_lost, arguments.value("--rules"), arguments.value("--rules"));
  }
  auto scan = SecretsScan::create(*request);
  if (!scan) return complain("secrets", scan.error());
  // What is accepted may be what could not be read.
  const bool all = arguments.has("--suppress");
  if (auto done = read_targets(**scan, request->targets, all); !done) {
    complain("secrets", (*scan)->masked(done.error().detail()));
    return exit_code(done.error().code());
  }
  if (arguments.has("--suppress")) {
    auto done = accept(arguments, **scan, request->suppressions);
    if (!done) return complain("secrets", done.error());
    say(*done);
    return 0;
  }
  const secrets::ScanSummary summary = (*scan)->summary(today());
  if (arguments.has("--out")) {
    const auto written = write_all(folder, report_of(summary, *request, started), summary);
    if (!written) return complain("secrets", written.error());
  }
  if (const auto saved = (*scan)->save_seen(); !saved) return complain("secrets", saved.error());
  if (arguments.has("--json")) {
    say(secrets_json(summary));
  } else if (!arguments.has("--quiet")) {
    say(secrets_text(summary, style_of(stdout)));
  }
  return secrets_exit_code(summary);
}

int run(const Arguments& arguments) {
  return arguments.subverb == "rules" ? run_secret_rules(arguments) : scan(arguments);
}

}  // namespace

extern constinit const VerbDef verb_secrets;
constinit const VerbDef verb_secrets{
    .name = "secrets",
    .summary = "Find secrets in folders, repositories, sites, logs and archives.",
    .description =
        "Searches every file and every git object, also deleted and unreachable ones, what a site "
        "gives to browsers with its source maps, archives, logs and HAR files, for more than a "
        "hundred kinds of credentials, and with a contract for the product's own secrets by value "
        "in eighteen encodings. Nothing is sent anywhere, and no output shows a secret. Exit code "
        "0: clean; 1: findings; 3: not everything could be read, which is not clean.",
    .subverbs = kSubverbs,
    .positionals = kPositionals,
    .flags = kFlags,
    .examples = kExamples,
    .run = run};

}  // namespace lr::cli
