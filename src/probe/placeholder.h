// The {id}, {marker}, {user} of the contract's recipes.
#pragma once

#include <string>
#include <string_view>

namespace lr::probe {

/// `text` with every `placeholder` replaced by `value`.
std::string substitute(std::string text, std::string_view placeholder, std::string_view value);

}  // namespace lr::probe
