#include "secrets/import/expr_filter.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "secrets/import/go_pattern.h"

namespace lr::secrets {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Bytes of the string literal at the front: "…", '…', `…`, each raw behind r or tripled.
std::size_t literal_length(std::string_view text) {
  const std::size_t start = text.starts_with('r') ? 1 : 0;
  if (start >= text.size()) return 0;
  const char quote = text[start];
  if (quote != '"' && quote != '\'' && quote != '`') return 0;
  const std::string triple(3, quote);
  if (text.substr(start).starts_with(triple)) {
    const std::size_t end = text.find(triple, start + 3);
    return end == std::string_view::npos ? text.size() : end + 3;
  }
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote != '`' && start == 0)
      ++i;
    else if (text[i] == quote)
      return i + 1;
  }
  return text.size();
}

/// The value of a literal, or nullopt for an escape that is not known.
std::optional<std::string> literal_value(std::string_view text) {
  const bool raw = text.starts_with('r');
  if (raw) text.remove_prefix(1);
  if (text.size() < 2) return std::nullopt;
  const std::string triple(3, text[0]);
  const bool tripled = text.size() >= 6 && text.starts_with(triple);
  const bool literal = raw || text[0] == '`';
  text = tripled ? text.substr(3, text.size() - 6) : text.substr(1, text.size() - 2);
  if (literal) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    const std::string_view known = "n\nt\tr\r\\\\\"\"''";
    std::size_t k = 0;
    while (k < known.size() && known[k] != text[i]) k += 2;
    if (k >= known.size()) return std::nullopt;
    out += known[k + 1];
  }
  return out;
}

/// Cuts at `separator` where no bracket or string is open.
std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t literal = literal_length(text.substr(i)); literal > 0) {
      i += literal;
      continue;
    }
    if (text[i] == '(' || text[i] == '[' || text[i] == '{') ++depth;
    if (text[i] == ')' || text[i] == ']' || text[i] == '}') --depth;
    if (depth == 0 && text.substr(i).starts_with(separator)) {
      parts.push_back(trimmed(text.substr(start, i - start)));
      i += separator.size();
      start = i;
      continue;
    }
    ++i;
  }
  parts.push_back(trimmed(text.substr(start)));
  return parts;
}

std::optional<std::vector<std::string>> string_list(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  std::vector<std::string> out;
  for (std::string_view part : split(text.substr(1, text.size() - 2), ",")) {
    if (part.empty()) continue;  // A comma behind the last.
    if (literal_length(part) != part.size()) return std::nullopt;
    auto value = literal_value(part);
    if (!value) return std::nullopt;
    out.push_back(std::move(*value));
  }
  return out;
}

struct Call {
  std::string_view name;
  std::vector<std::string_view> arguments;
  std::string_view behind;
};

std::optional<Call> parse_call(std::string_view term) {
  if (term.starts_with("filter.")) term.remove_prefix(7);
  const std::size_t open = term.find('(');
  if (open == std::string_view::npos) return std::nullopt;
  std::size_t close = open;
  int depth = 0;
  while (close < term.size()) {
    if (const std::size_t literal = literal_length(term.substr(close)); literal > 0) {
      close += literal;
      continue;
    }
    if (term[close] == '(') ++depth;
    if (term[close] == ')' && --depth == 0) break;
    ++close;
  }
  if (close >= term.size()) return std::nullopt;
  return Call{trimmed(term.substr(0, open)), split(term.substr(open + 1, close - open - 1), ","),
              trimmed(term.substr(close + 1))};
}

bool apply_entropy(std::string_view comparison, Rule& rule) {
  const bool less = comparison.starts_with('<');
  const bool equal = comparison.starts_with("<=");
  if (!less) return false;
  const std::string_view number = trimmed(comparison.substr(equal ? 2 : 1));
  double bits = 0;
  const auto end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, bits);
  if (parsed.ec != std::errc() || parsed.ptr != end || !(bits >= 0 && bits <= 8)) return false;
  rule.entropy = std::max(rule.entropy, equal ? std::nextafter(bits, 9.0) : bits);
  return true;
}

bool apply_matches(std::string_view subject, std::vector<std::string> list, Rule& rule) {
  for (std::string& pattern : list) {
    auto rewritten = go_pattern(pattern);
    if (!rewritten) return false;
    pattern = std::move(*rewritten);
  }
  Allowlist allow;
  if (subject == "attributes[\"path\"]") {
    allow.paths = std::move(list);
  } else {
    if (subject == "finding[\"match\"]")
      allow.target = Allowlist::Target::kMatch;
    else if (subject == "finding[\"line\"]")
      allow.target = Allowlist::Target::kLine;
    else if (subject != "finding[\"secret\"]")
      return false;
    allow.patterns = std::move(list);
  }
  rule.allowlists.push_back(std::move(allow));
  return true;
}

bool apply_term(std::string_view term, Rule& rule) {
  const auto call = parse_call(term);
  if (!call || call->arguments.empty()) return false;
  const bool secret = call->arguments[0] == "finding[\"secret\"]";
  if (call->name == "entropy" && secret) return apply_entropy(call->behind, rule);
  if (!call->behind.empty()) return false;
  if (call->name == "failsTokenEfficiency" && secret) return rule.token_efficiency = true;
  if (call->arguments.size() != 2) return false;
  auto list = string_list(call->arguments[1]);
  if (!list) return false;
  if (call->name == "containsAny" && secret) {
    rule.allowlists.emplace_back().stopwords = std::move(*list);
    return true;
  }
  return call->name == "matchesAny" && apply_matches(call->arguments[0], std::move(*list), rule);
}

}  // namespace

std::vector<std::string> apply_expr_filter(std::string_view filter, Rule& rule) {
  std::vector<std::string> left;
  for (std::string_view term : split(filter, "||")) {
    if (!term.empty() && !apply_term(term, rule)) left.emplace_back(term);
  }
  return left;
}

}  // namespace lr::secrets
