// From words to Arguments, driven by a VerbDef alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/verb.h"

namespace lr::cli {

/// Accepts `--flag value` and `--flag=value` in any order with positionals; `--` ends the flags; a
/// lone `-` is a positional. Errors are kInvalidArgument: one line with the cure, naming the
/// nearest flag, subverb or choice when there is one.
Result<Arguments> parse_arguments(const VerbDef& verb, std::span<const std::string> words);

/// The words of a flag's value that is a closed choice ("observe|safe|full"), else empty.
std::vector<std::string_view> choices_of(const FlagDef& flag);

/// "a, b,c" → {"a", "b", "c"}; empty parts vanish.
std::vector<std::string> split_list(std::string_view text);

/// ` ("did you mean X?")` in the form in which all messages end; "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace lr::cli
