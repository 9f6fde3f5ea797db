#include "secrets/findings/browser_variable.h"

#include <algorithm>

#include "text/ascii.h"

namespace lr::secrets {
namespace {

/// Of Next, Vite, Create React App, Vue, Nuxt, Gatsby, Expo, Angular and Storybook, as documented.
constexpr std::string_view kPrefixes[] = {"NEXT_PUBLIC_", "VITE_",        "REACT_APP_",
                                          "VUE_APP_",     "NUXT_PUBLIC_", "GATSBY_",
                                          "EXPO_PUBLIC_", "NG_APP_",      "STORYBOOK_"};

std::string_view without_tail(std::string_view text, std::string_view bytes) {
  return text.substr(0, text.find_last_not_of(bytes) + 1);  // npos + 1 is 0.
}

}  // namespace

std::string browser_variable(std::string_view before) {
  std::string_view text = without_tail(before, " \t\"'`");
  const std::size_t with_operator = text.size();
  text = without_tail(text, "=:");
  if (text.size() == with_operator) return "";
  text = without_tail(text, " \t\"'`]");
  const auto is_name = [](char c) {
    return text::is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  std::size_t begin = text.size();
  while (begin > 0 && is_name(text[begin - 1])) --begin;
  const std::string_view name = text.substr(begin);
  const bool known = std::ranges::any_of(
      kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
  return known ? std::string(kBrowserVariable).append(name) : "";
}

}  // namespace lr::secrets
