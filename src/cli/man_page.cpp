#include <fmt/format.h>

#include <iterator>

#include "cli/help_text.h"
#include "cli/version.h"

namespace lr::cli {
namespace {

/// Text for roff: no escapes, no requests, and hyphens that can be copied into a shell.
std::string roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

std::string flag_entries(const VerbDef& verb) {
  std::string out;
  for (const FlagDef& flag : verb.flags) {
    fmt::format_to(std::back_inserter(out), ".TP\n\\fB{}\\fR", roff(flag.name));
    if (!flag.value.empty())
      fmt::format_to(std::back_inserter(out), " \\fI{}\\fR", roff(flag.value));
    fmt::format_to(std::back_inserter(out), "\n{}", roff(flag.text));
    if (!flag.fallback.empty()) {
      fmt::format_to(std::back_inserter(out), " Default: {}.", roff(flag.fallback));
    }
    out += "\n";
  }
  return out;
}

std::string verb_section(const VerbDef& verb) {
  std::string out = fmt::format(".SS {}\n{}\n", roff(verb.name), roff(verb.description));
  for (const std::string& line : usage_lines(verb)) {
    fmt::format_to(std::back_inserter(out), ".PP\n\\fB{}\\fR\n", roff(line));
  }
  for (const SubverbDef& subverb : verb.subverbs) {
    fmt::format_to(std::back_inserter(out), ".TP\n\\fB{}\\fR\n{}\n", roff(subverb.name),
                   roff(subverb.text));
  }
  out += flag_entries(verb);
  for (const Example& example : verb.examples) {
    fmt::format_to(std::back_inserter(out), ".PP\n{}\n.PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n",
                   roff(example.text), roff(example.command));
  }
  return out;
}

}  // namespace

std::string man_page(Verbs verbs) {
  std::string out = fmt::format(
      ".TH LAUNCHREADY 1 \"\" \"Launch Ready {}\" \"User Commands\"\n.SH NAME\nlaunchready \\- "
      "make "
      "an AI chatbot product launch\\-ready, and prove it\n.SH SYNOPSIS\n\\fBlaunchready\\fR "
      "\\fIVERB\\fR [\\fIARGUMENTS\\fR]\n.SH DESCRIPTION\nOne contract, launchready.yaml, says "
      "what "
      "a product promises. Launch Ready proves each promise against the running product and "
      "enforces it in front of the product.\n.SH VERBS\n",
      kVersion);
  for (const VerbDef* verb : verbs) out += verb_section(*verb);
  out += ".SH EXIT STATUS\n";
  for (const ExitCode& code : exit_codes()) {
    fmt::format_to(std::back_inserter(out), ".TP\n\\fB{}\\fR\n{}\n", code.code, roff(code.meaning));
  }
  return out +
         ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nWhen set and not empty, output has no colour.\n"
         ".SH FILES\n.TP\n\\fBlaunchready.yaml\\fR\nThe contract that is used when none is "
         "named.\n";
}

}  // namespace lr::cli
