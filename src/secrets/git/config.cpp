#include "secrets/git/config.h"

#include <algorithm>

#include "secrets/git/folder.h"

namespace lr::secrets::git {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

/// `[section "sub"]` and `[section.sub]` to "section.sub.".
std::string section_prefix(std::string_view line) {
  const std::string_view inside = line.substr(1, line.find(']') - 1);
  const std::size_t quote = inside.find('"');
  if (quote == std::string_view::npos) return lower(trimmed(inside)) + ".";
  std::string sub;
  for (std::size_t i = quote + 1; i < inside.size() && inside[i] != '"'; ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
    sub.push_back(inside[i]);
  }
  return lower(trimmed(inside.substr(0, quote))) + "." + sub + ".";
}

/// Without quotes, escapes and a comment behind.
std::string plain_value(std::string_view text) {
  std::string value;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '#' || c == ';')) {
      break;
    } else if (c == '\\' && i + 1 < text.size()) {
      value.push_back(text[++i]);
    } else {
      value.push_back(c);
    }
  }
  return std::string(trimmed(value));
}

}  // namespace

Config Config::parse(std::string_view text) {
  Config config;
  std::string prefix;
  for (const std::string_view line : lines_of(text)) {
    std::string_view left = trimmed(line);
    if (left.starts_with('[')) {
      prefix = section_prefix(left);
      const std::size_t end = left.find(']');
      left = end == std::string_view::npos ? std::string_view{} : trimmed(left.substr(end + 1));
    }
    if (left.empty() || left.starts_with('#') || left.starts_with(';')) continue;
    const std::size_t equals = left.find('=');
    const std::string key = prefix + lower(trimmed(left.substr(0, equals)));
    config.values_[key] =
        equals == std::string_view::npos ? "true" : plain_value(trimmed(left.substr(equals + 1)));
  }
  return config;
}

std::string_view Config::get(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::string_view{} : found->second;
}

bool Config::flag(std::string_view key) const {
  const std::string value = lower(get(key));
  return value == "true" || value == "yes" || value == "on" || value == "1";
}

}  // namespace lr::secrets::git
