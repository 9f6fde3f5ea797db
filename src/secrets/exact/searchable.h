// Which values can be searched for at all: "true" stands in every file, a random token in none but
// those that leak it.
#pragma once

#include <string_view>

#include "base/error.h"

namespace lr::secrets {

/// Bounds of a value that can be searched for, in bytes.
inline constexpr std::size_t kExactBytesMin = 8;
inline constexpr std::size_t kExactBytesMax = 64 * 1024;
/// Least guesswork of a value that can be searched for, in bits; see guesswork().
inline constexpr double kExactBitsMin = 33;

/// A low estimate of the bits one has to guess to hit `value` by chance in ordinary text: a run of
/// letters of one case counts as a word at most, digits 3.3 bits each, repetition nothing.
double guesswork(std::string_view value);

/// An error (kInvalidArgument) says in words why searching for `value` would find ordinary text;
/// it never quotes the value.
Result<> check_searchable(std::string_view value);

}  // namespace lr::secrets
