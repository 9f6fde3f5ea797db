#include "contract/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "contract/values.h"
#include "text/nearest.h"

namespace lr::contract {
namespace {

/// A file can be wrong in more ways than anybody reads.
constexpr std::size_t kProblemsMax = 500;
constexpr std::size_t kQuotedBytes = 60;
constexpr std::size_t kKnownNames = 12;

/// Paths hold names that the author chose; they are printed without control characters and never
/// with a credential.
std::string safe_path(std::string path) {
  if (looks_like_credential(path)) return "(hidden)";
  std::ranges::replace_if(
      path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return path;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kKnownNames); ++i) {
    if (i > 0) out += ", ";
    out += names[i];
  }
  if (names.size() > kKnownNames) out += ", …";
  return out;
}

}  // namespace

void Problems::secret(Mark at, std::string path, std::string message) {
  error(at, std::move(path), std::move(message));
  secrets_.emplace(at.line, at.column);
}

void Problems::add(Problem problem) {
  if (secrets_.contains({problem.at.line, problem.at.column})) return;
  errors_ = errors_ || !problem.warning;
  problem.path = safe_path(std::move(problem.path));
  if (list_.size() < kProblemsMax) list_.push_back(std::move(problem));
}

std::vector<Problem> Problems::take() {
  std::ranges::sort(list_, {}, [](const Problem& problem) {
    return std::tie(problem.at.line, problem.at.column, problem.path, problem.message);
  });
  return std::move(list_);
}

std::string Problem::str(std::string_view file) const {
  return fmt::format("{}:{}:{}: {}: {}{}{}", file, at.line, at.column,
                     warning ? "warning" : "error", path, path.empty() ? "" : ": ", message);
}

std::string in_quotes(std::string_view text) {
  if (looks_like_credential(text)) return "(hidden: it looks like a secret)";
  std::string out = "\"";
  for (const char c : text.substr(0, kQuotedBytes)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  if (text.size() > kQuotedBytes) {
    // Do not cut a UTF-8 sequence in two.
    while ((static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
    out += "…";
  }
  return out + '"';
}

std::string unknown_name(std::string_view what, std::string_view name,
                         const std::vector<std::string_view>& known) {
  std::string out = fmt::format("unknown {} {}", what, in_quotes(name));
  if (known.empty()) return out + fmt::format("; the contract declares no {}", what);
  const std::string_view near = text::nearest(name, known);
  if (!near.empty()) return out + fmt::format("; did you mean \"{}\"?", near);
  return out + fmt::format("; known: {}", joined(known));
}

}  // namespace lr::contract
