#include "cli/help_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/version.h"
#include "report/palette.h"

namespace lr::cli {
namespace {

using report::pad_right;
using report::wrapped;

constexpr std::size_t kWidth = 90;

constexpr ExitCode kExitCodes[] = {
    {0, "ready, or done"},
    {1, "findings: the product is not ready, or a check of a file failed"},
    {2, "usage or contract error: nothing was done"},
    {3, "incomplete: something could not be proved or reached"},
};

std::string placeholder(const PositionalDef& positional) {
  const std::string name = fmt::format("{}{}", positional.name, positional.repeated ? "..." : "");
  return positional.required ? name : "[" + name + "]";
}

std::string usage(const VerbDef& verb, std::string_view subverb,
                  std::span<const PositionalDef> positionals) {
  std::string out = fmt::format("launchready {}", verb.name);
  if (!subverb.empty()) out += fmt::format(" {}", subverb);
  for (const PositionalDef& positional : positionals) out += " " + placeholder(positional);
  if (!verb.flags.empty()) out += " [FLAGS]";
  return out;
}

/// "  name   text", folded under the text.
std::string entry(std::string_view name, std::string_view text, std::size_t column) {
  std::string out = "  " + pad_right(name, column - 4);
  if (report::pad_right(name, column - 4).size() > column - 4) {
    return out + "\n" + wrapped(text, kWidth, column, column);
  }
  return out + "  " + wrapped(text, kWidth, column, column).substr(column);
}

std::string flag_name(const FlagDef& flag) {
  return flag.value.empty() ? std::string(flag.name) : fmt::format("{} {}", flag.name, flag.value);
}

std::string flag_text(const FlagDef& flag) {
  return flag.fallback.empty() ? std::string(flag.text)
                               : fmt::format("{} Default: {}.", flag.text, flag.fallback);
}

std::string arguments_text(const VerbDef& verb) {
  std::string out;
  const auto add = [&](std::span<const PositionalDef> positionals) {
    for (const PositionalDef& p : positionals) {
      const std::string line = entry(p.name, p.text, 16);
      if (out.find(line) == std::string::npos) out += line;
    }
  };
  add(verb.positionals);
  for (const SubverbDef& subverb : verb.subverbs) add(subverb.positionals);
  return out.empty() ? "" : "\nArguments\n" + out;
}

}  // namespace

std::span<const ExitCode> exit_codes() { return kExitCodes; }

const VerbDef* find_verb(Verbs verbs, std::string_view name) {
  const auto found =
      std::ranges::find_if(verbs, [&](const VerbDef* verb) { return verb->name == name; });
  return found == verbs.end() ? nullptr : *found;
}

std::vector<std::string> usage_lines(const VerbDef& verb) {
  std::vector<std::string> out;
  if (verb.subverbs.empty() || !verb.positionals.empty()) {
    out.push_back(usage(verb, "", verb.positionals));
  }
  for (const SubverbDef& subverb : verb.subverbs) {
    out.push_back(usage(verb, subverb.name, subverb.positionals));
  }
  return out;
}

std::string overview_text(Verbs verbs) {
  std::string out =
      "Launch Ready makes an AI chatbot product launch-ready, and proves it.\n\n"
      "usage: launchready VERB [ARGUMENTS]\n\n";
  for (const VerbDef* verb : verbs) out += entry(verb->name, verb->summary, 14);
  out += "\nStart here\n";
  out += entry("launchready audit https://chat.example.com", "What a stranger can see.", 50);
  out += entry("launchready demo", "A weak chatbot, before and after the guard.", 50);
  out += "\nExit codes\n";
  for (const ExitCode& code : kExitCodes) out += fmt::format("  {}  {}\n", code.code, code.meaning);
  return out + fmt::format("\n\"launchready help VERB\" shows flags and examples. Version {}.\n",
                           kVersion);
}

std::string verb_text(const VerbDef& verb) {
  std::string out = fmt::format("launchready {}: {}\n\n", verb.name, verb.summary);
  for (const std::string& line : usage_lines(verb)) out += "usage: " + line + "\n";
  out += "\n" + wrapped(verb.description, kWidth, 0, 0);
  if (!verb.subverbs.empty()) out += "\nWhat to do\n";
  for (const SubverbDef& subverb : verb.subverbs) out += entry(subverb.name, subverb.text, 14);
  out += arguments_text(verb);
  if (!verb.flags.empty()) out += "\nFlags\n";
  for (const FlagDef& flag : verb.flags) out += entry(flag_name(flag), flag_text(flag), 34);
  if (!verb.examples.empty()) out += "\nExamples\n";
  for (const Example& example : verb.examples) {
    fmt::format_to(std::back_inserter(out), "  {}\n{}", example.command,
                   wrapped(example.text, kWidth, 6, 6));
  }
  return out;
}

}  // namespace lr::cli
