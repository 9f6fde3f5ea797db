#include "cli/run.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/help_text.h"
#include "cli/version.h"

namespace lr::cli {
namespace {

bool asks_for_help(std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

int unknown_verb(std::string_view name) {
  std::vector<std::string_view> names;
  for (const VerbDef* verb : all_verbs()) names.push_back(verb->name);
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = "; launchready help lists them";
  return complain("", fmt::format("unknown verb \"{}\"{}", name, hint));
}

/// What could not be printed is an error, unless a reader went away: that is its right.
int check_output(int code) {
  const bool whole = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  std::clearerr(stdout);
  struct stat status{};
  const bool known = ::fstat(STDOUT_FILENO, &status) == 0;
  if (whole || (known && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))) return code;
  return complain("", Error(Code::kUnavailable,
                            "cannot print the whole answer; free some space, or redirect stdout to "
                            "another place"));
}

int run_words(const std::vector<std::string>& words) {
  if (words.empty()) {
    fmt::print(stderr, "{}", overview_text(all_verbs()));
    return 2;
  }
  const std::string& name = words.front();
  if (name == "--version" || name == "-V") {
    say(fmt::format("launchready {}\n", kVersion));
    return 0;
  }
  if (name == "--help" || name == "-h") {
    say(overview_text(all_verbs()));
    return 0;
  }
  const VerbDef* verb = find_verb(all_verbs(), name);
  if (verb == nullptr) return unknown_verb(name);
  const std::span<const std::string> rest = std::span(words).subspan(1);
  if (asks_for_help(rest)) {
    say(verb_text(*verb));
    return 0;
  }
  auto arguments = parse_arguments(*verb, rest);
  if (!arguments) return complain(verb->name, arguments.error());
  return verb->run(*arguments);
}

}  // namespace

int run(int argc, char** argv) {
  // A reader that goes away (`launchready checks list | head`) ends a write, not the program.
  std::signal(SIGPIPE, SIG_IGN);
  // So does a quota: an error that the writer reports, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
    return check_output(run_words(words));
  } catch (const std::exception& bug) {
    complain("", fmt::format("internal error: {}; please report it", bug.what()));
    return exit_code(Code::kInternal);
  }
}

}  // namespace lr::cli
