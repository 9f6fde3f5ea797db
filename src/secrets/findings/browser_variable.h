// Variables whose values front-end builds put into what every browser gets.
#pragma once

#include <string>
#include <string_view>

namespace lr::secrets {

/// A step of Place::via that begins so says that the value is on its way into a bundle.
inline constexpr std::string_view kBrowserVariable = "browser variable ";

/// "browser variable NEXT_PUBLIC_API_KEY" when `before`, the text in front of a value on its line,
/// gives it to such a variable; empty otherwise.
std::string browser_variable(std::string_view before);

}  // namespace lr::secrets
