// The filters of betterleaks, an expression that is true for what is not to be reported.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "secrets/rule.h"

namespace lr::secrets {

/// Puts into the rule what has a place there: terms between `||` of the forms
///   entropy(finding["secret"]) <= 3.5             Rule::entropy
///   failsTokenEfficiency(finding["secret"])       Rule::token_efficiency
///   containsAny(finding["secret"], ["a", …])      a stop word list
///   matchesAny(finding["secret"|"match"|"line"], [r"""…""", …])   a list of patterns
///   matchesAny(attributes["path"], […])           a list of paths
/// each with or without `filter.` in front. Returns the other terms, as they are written: an
/// expression left out reports more, never less.
std::vector<std::string> apply_expr_filter(std::string_view filter, Rule& rule);

}  // namespace lr::secrets
