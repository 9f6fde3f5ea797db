// "did you mean …": the closest of the valid words.
#pragma once

#include <span>
#include <string_view>

namespace lr::text {

/// The candidate with the smallest edit distance (Damerau-Levenshtein), or "" when none is close
/// enough to be a plausible typing mistake (at most a third of the word, at least one).
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace lr::text
