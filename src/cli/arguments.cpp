#include "cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/nearest.h"

namespace lr::cli {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), Origin::kClient);
}

const FlagDef* find_flag(const VerbDef& verb, std::string_view name) {
  for (const FlagDef& flag : verb.flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

std::string unknown_flag(const VerbDef& verb, std::string_view name) {
  std::vector<std::string_view> names = {"--help"};
  for (const FlagDef& flag : verb.flags) names.push_back(flag.name);
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = fmt::format("; see launchready help {}", verb.name);
  return fmt::format("unknown flag {}{}", name, hint);
}

Result<> check_choice(const FlagDef& flag, std::string_view value) {
  const std::vector<std::string_view> choices = choices_of(flag);
  if (choices.empty() || std::ranges::find(choices, value) != choices.end()) return {};
  return wrong(fmt::format("{} must be one of {}, not \"{}\"{}", flag.name,
                           fmt::join(choices, ", "), value, did_you_mean(value, choices)));
}

/// Consumes the flag at words[at] and its value; leaves `at` on the last word used.
Result<> take_flag(const VerbDef& verb, std::span<const std::string> words, std::size_t& at,
                   Arguments& out) {
  const std::string_view word = words[at];
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const FlagDef* flag = find_flag(verb, name);
  if (flag == nullptr) return wrong(unknown_flag(verb, name));
  if (out.flags.contains(name)) return wrong(fmt::format("{} is given twice; keep one", name));
  std::string value;
  if (flag->value.empty()) {
    if (equals != std::string_view::npos) {
      return wrong(fmt::format("{} takes no value; write it alone", name));
    }
  } else if (equals != std::string_view::npos) {
    value = word.substr(equals + 1);
  } else if (at + 1 < words.size() && !words[at + 1].starts_with("--")) {
    value = words[++at];
  }
  if (!flag->value.empty() && value.empty()) {
    return wrong(fmt::format("{} needs a value: {} {}", name, name, flag->value));
  }
  LR_TRY_VOID(check_choice(*flag, value));
  out.flags.emplace(name, std::move(value));
  return {};
}

std::string subverb_list(const VerbDef& verb) {
  std::vector<std::string_view> names;
  for (const SubverbDef& subverb : verb.subverbs) names.push_back(subverb.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Takes the subverb off the front of the positionals and returns what may follow it.
Result<std::span<const PositionalDef>> take_subverb(const VerbDef& verb, Arguments& out) {
  if (verb.subverbs.empty()) return verb.positionals;
  // A verb with positionals of its own does something without a subverb, too.
  const bool optional = !verb.positionals.empty();
  if (out.positionals.empty()) {
    if (optional) return verb.positionals;
    return wrong(fmt::format("say what to do: {}", subverb_list(verb)));
  }
  const std::string name = out.positionals.front();
  std::vector<std::string_view> names;
  for (const SubverbDef& subverb : verb.subverbs) {
    names.push_back(subverb.name);
    if (subverb.name != name) continue;
    out.subverb = name;
    out.positionals.erase(out.positionals.begin());
    return subverb.positionals;
  }
  if (optional) return verb.positionals;
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = fmt::format("; choose one of {}", subverb_list(verb));
  return wrong(fmt::format("unknown word \"{}\"{}", name, hint));
}

Result<> check_positionals(std::span<const PositionalDef> defs, const Arguments& arguments) {
  const std::size_t given = arguments.positionals.size();
  for (std::size_t i = 0; i < defs.size(); ++i) {
    if (defs[i].required && given <= i) {
      return wrong(fmt::format("{} is missing: {}", defs[i].name, defs[i].text));
    }
  }
  const bool open_ended = !defs.empty() && defs.back().repeated;
  if (given > defs.size() && !open_ended) {
    return wrong(fmt::format("\"{}\" is one argument too many; remove it",
                             arguments.positionals[defs.size()]));
  }
  return {};
}

}  // namespace

std::string Arguments::value(std::string_view flag, std::string_view fallback) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::string(fallback) : found->second;
}

std::vector<std::string_view> choices_of(const FlagDef& flag) {
  std::string_view rest = flag.value;
  const bool closed =
      rest.find('|') != std::string_view::npos &&
      rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_|") == std::string_view::npos;
  std::vector<std::string_view> out;
  while (closed && !rest.empty()) {
    const std::size_t bar = rest.find('|');
    out.push_back(rest.substr(0, bar));
    rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
  }
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (char c : text) {
    if (c == ',' || c == ' ') {
      if (!word.empty()) out.push_back(std::exchange(word, {}));
    } else {
      word += c;
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view near = text::nearest(word, candidates);
  return near.empty() ? "" : fmt::format("; did you mean {}?", near);
}

Result<Arguments> parse_arguments(const VerbDef& verb, std::span<const std::string> words) {
  Arguments out;
  bool flags_ended = false;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (!flags_ended && word == "--") {
      flags_ended = true;
    } else if (!flags_ended && word.size() > 1 && word.starts_with('-')) {
      LR_TRY_VOID(take_flag(verb, words, at, out));
    } else {
      out.positionals.push_back(word);
    }
  }
  LR_TRY(const std::span<const PositionalDef> defs, take_subverb(verb, out));
  LR_TRY_VOID(check_positionals(defs, out));
  return out;
}

}  // namespace lr::cli
